"""The whole chain against a running hub, in both deployments."""
