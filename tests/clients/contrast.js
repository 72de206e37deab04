// Every text of the page with too little contrast to what it stands on, and every field whose border is too faint
// (WCAG 2.2: 4.5 to 1 for text, 3 to 1 for what shows where a field is).
(() => {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = channels(color).map((c) => (c / 255 <= 0.04045 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const ground = (element) => {
    const color = getComputedStyle(element).backgroundColor;
    return channels(color)[3] === 0 ? ground(element.parentElement) : color;
  };
  const faint = [];
  for (const element of document.body.querySelectorAll("*")) {
    const style = getComputedStyle(element);
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (hasText && contrast(style.color, ground(element)) < 4.5) faint.push(`${element.tagName}: ${element.innerText}`);
    if (element.matches("input:not([type=hidden])") && contrast(style.borderTopColor, ground(element)) < 3)
      faint.push(`border of ${element.name}`);
  }
  return faint;
})();
