"""The embedded sandbox: a FusionAuth, an AWS and a gateway with real servers on 127.0.0.1, in one child process."""
