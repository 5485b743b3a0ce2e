bucket = "example-terraform-state-production"
region = "eu-west-1"
