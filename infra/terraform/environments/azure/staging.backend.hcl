resource_group_name  = "example-terraform-state-staging"
storage_account_name = "exampletfstatestaging"
