"""What the panes show, as plain frozen values: no widget is known here, so every state can be made and tested alone."""
