variable "subscription_id" {
  description = "Azure subscription."
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

variable "location" {
  description = "See the module."
  type        = string
}

variable "tenant_id" {
  description = "See the module."
  type        = string
}

variable "cluster_issuer_url" {
  description = "See the module."
  type        = string
}

variable "kubelet_object_id" {
  description = "See the module."
  type        = string
}

variable "network" {
  description = "Resource group and name of the virtual network, its subnets of cluster and database, and the database's private DNS zone."
  type = object({
    resource_group  = string
    name            = string
    cluster_subnet  = string
    database_subnet = string
    database_zone   = string
  })
}

variable "operator" {
  description = "See the module."
  type        = object({ object_id = string, addresses = list(string) })
}

variable "database_password" {
  description = "See the module; from the variable TF_VAR_database_password."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "topics" {
  description = "See the module."
  type        = map(number)
  default     = {}
}

variable "alarm_emails" {
  description = "See the module."
  type        = map(string)
  default     = {}
}

locals {
  network = "/subscriptions/${var.subscription_id}/resourceGroups/${var.network.resource_group}/providers/Microsoft.Network"
  subnets = "${local.network}/virtualNetworks/${var.network.name}/subnets"
}

module "pipeline" {
  source = "../../azure"

  name               = var.name
  location           = var.location
  tenant_id          = var.tenant_id
  cluster_issuer_url = var.cluster_issuer_url
  kubelet_object_id  = var.kubelet_object_id
  subnet_ids         = ["${local.subnets}/${var.network.cluster_subnet}"]
  operator           = var.operator
  database = {
    delegated_subnet_id = "${local.subnets}/${var.network.database_subnet}"
    private_dns_zone_id = "${local.network}/privateDnsZones/${var.network.database_zone}"
  }
  database_password = var.database_password
  topics            = var.topics
  alarm_emails      = var.alarm_emails
  tags              = { application = "pipeline", environment = var.environment }
}

output "pipeline" {
  description = "What overlays/aks and the vault's entries need."
  value       = module.pipeline
  sensitive   = true
}
