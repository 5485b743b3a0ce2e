bucket = "example-terraform-state-staging"
region = "eu-west-1"
