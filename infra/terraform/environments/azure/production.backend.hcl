resource_group_name  = "example-terraform-state-production"
storage_account_name = "exampletfstateproduction"
