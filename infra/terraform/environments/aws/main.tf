variable "region" {
  description = "AWS region."
  type        = string
}

variable "environment" {
  description = "staging or production."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "environment is staging or production."
  }
}

variable "name" {
  description = "See the module."
  type        = string
}

variable "oidc_issuers" {
  description = "See the module."
  type        = map(object({ provider_arn = string, issuer = string, namespace = optional(string, "pipeline") }))
}

variable "vpc" {
  description = "See the module."
  type        = object({ id = string, private_subnet_ids = list(string), node_security_group_id = string })
}

variable "scram_secret_arn" {
  description = "Secret of the Kafka user (its name begins with AmazonMSK_); null when brokers exist already."
  type        = string
  default     = null
  nullable    = true
}

variable "delivery_repository" {
  description = "See the module."
  type        = string
  default     = null
  nullable    = true
}

variable "alarm_emails" {
  description = "See the module."
  type        = list(string)
  default     = []
}

locals {
  small = { instance_class = "db.t4g.medium", multi_az = false, deletion_protected = false }
}

module "pipeline" {
  source = "../../aws"

  name                = var.name
  oidc_issuers        = var.oidc_issuers
  vpc                 = var.vpc
  kafka               = var.scram_secret_arn == null ? null : { scram_secret_arn = var.scram_secret_arn }
  database            = var.environment == "production" ? {} : local.small
  delivery_repository = var.delivery_repository
  alarm_emails        = var.alarm_emails
}

output "pipeline" {
  description = "What the environment's overlay needs: eks-staging or eks-production."
  value       = module.pipeline
}
