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
  default     = null
  nullable    = true
}

variable "scram_secret_arns" {
  description = "Secrets of the Kafka users, whose names begin with AmazonMSK_; empty when brokers exist already."
  type        = list(string)
  default     = []
}

variable "cluster_name" {
  description = "The EKS cluster, which the workflow of delivery_repository rolls out to; null without one."
  type        = string
  default     = null
  nullable    = true
}

variable "delivery_repository" {
  description = "GitHub repository owner/name whose jobs in the environment of this name roll out; null for none."
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
  # Half the memory would take 450 connections, fewer than the app may open (postgres/roles.sql).
  small = { instance_class = "db.t4g.large", multi_az = false, deletion_protected = false }
}

module "pipeline" {
  source = "../../aws"

  name         = var.name
  oidc_issuers = var.oidc_issuers
  vpc          = var.vpc
  kafka        = length(var.scram_secret_arns) == 0 ? null : { scram_secret_arns = var.scram_secret_arns }
  database     = var.environment == "production" ? {} : local.small
  delivery = var.delivery_repository == null ? null : {
    repository = var.delivery_repository, environment = var.environment, cluster_name = var.cluster_name
  }
  alarm_emails = var.alarm_emails
}

output "pipeline" {
  description = "What the environment's overlay needs: eks-staging or eks-production."
  value       = module.pipeline
}
