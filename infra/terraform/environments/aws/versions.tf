# One state for each environment: terraform init -backend-config=staging.backend.hcl, then plan -var-file=staging.tfvars.
terraform {
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.25"
    }
  }

  backend "s3" {
    key          = "pipeline.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = { application = "pipeline", environment = var.environment }
  }
}
