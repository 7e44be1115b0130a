"""What ``tests.bench.size`` stands on: the data, the two servers, and the clock."""
