"""Running the hub in production: the image, its checks, what stands around it."""
