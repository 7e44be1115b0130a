"""The domain doctor: whether the world can reach this hub by mail, and believes what it sends."""
