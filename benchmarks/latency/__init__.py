"""How much longer a run takes than its calls must, when every call takes a while."""
