"""The benchmarks, `make bench`: real commands in their own processes, medians of several runs."""
