# One state for each environment: terraform init -backend-config=staging.backend.hcl, then plan -var-file=staging.tfvars.
terraform {
  required_version = ">= 1.11"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.55"
    }
  }

  backend "azurerm" {
    container_name   = "terraform"
    key              = "pipeline.tfstate"
    use_azuread_auth = true
  }
}

provider "azurerm" {
  subscription_id = var.subscription_id

  features {
    # The host's storage account takes neither keys nor callers outside the cluster's subnet: Terraform never looks into it.
    storage {
      data_plane_available = false
    }
  }
}
