"""The ngrok agent, driven through pyngrok: bounded in time, quiet on the terminal, with the reason at hand."""
