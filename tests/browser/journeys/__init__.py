"""What people do with the product, told path by path; all of them share one installation."""
