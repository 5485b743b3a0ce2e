variable "name" {
  description = "Begins the name of everything; storage account, vault and registry need it free worldwide."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,16}[a-z0-9]$", var.name)) && length(replace(var.name, "-", "")) >= 5
    error_message = "name has 4 to 18 lower-case letters, digits and hyphens, five of them no hyphens, and begins with a letter."
  }
}

variable "location" {
  description = "Azure region."
  type        = string
}

variable "tags" {
  description = "Put on everything."
  type        = map(string)
  default     = {}
}

variable "cluster_issuer_url" {
  description = "OIDC issuer of the AKS cluster, for workload identity."
  type        = string

  validation {
    condition     = startswith(var.cluster_issuer_url, "https://")
    error_message = "cluster_issuer_url begins with https:// (az aks show --query oidcIssuerProfile.issuerUrl)."
  }
}

variable "tenant_id" {
  description = "Tenant of the key vault."
  type        = string
}

variable "namespace" {
  description = "Kubernetes namespace of the pipeline."
  type        = string
  default     = "pipeline"
}

variable "subnet_ids" {
  description = "Subnets from which storage account and vault are reached: the cluster's."
  type        = list(string)

  validation {
    condition = length(var.subnet_ids) > 0 && alltrue([
      for subnet in var.subnet_ids : can(regex("^/subscriptions/.+/subnets/[^/]+$", subnet))
    ])
    error_message = "subnet_ids needs the cluster's subnet as /subscriptions/…/subnets/NAME, or nothing could reach account and vault."
  }
}

variable "kubelet_object_id" {
  description = "The cluster's kubelet identity, which pulls images (az aks show --query identityProfile.kubeletidentity.objectId)."
  type        = string
}

variable "operator" {
  description = "Who writes the vault's entries and pushes images: object id of a person or group, and the public IPv4 addresses they have."
  type        = object({ object_id = string, addresses = list(string) })

  validation {
    condition = alltrue([
      for address in var.operator.addresses : can(cidrhost(strcontains(address, "/") ? address : "${address}/32", 0))
    ])
    error_message = "operator.addresses are IPv4 addresses or ranges, such as 203.0.113.7 or 203.0.113.0/28."
  }
}

variable "database" {
  description = "Azure Database for PostgreSQL; null when the ledger is elsewhere."
  type = object({
    delegated_subnet_id = string
    private_dns_zone_id = string
    sku                 = optional(string, "MO_Standard_E2ds_v5")
    storage_mib         = optional(number, 262144)
    version             = optional(string, "15")
    backup_days         = optional(number, 14)
  })
  default  = null
  nullable = true

  validation {
    condition = var.database == null || try(
      tonumber(var.database.version) >= 15 && var.database.backup_days >= 7 && var.database.backup_days <= 35, false
    )
    error_message = "database.version is 15 or later, backup_days 7 to 35."
  }
}

variable "database_password" {
  description = "Password of the database's owner, pipeline_owner; null when the ledger is elsewhere. Terraform keeps it nowhere."
  type        = string
  default     = null
  nullable    = true
  sensitive   = true
  ephemeral   = true

  validation {
    condition     = var.database == null || try(length(var.database_password) >= 20, false)
    error_message = "database_password has at least 20 characters: set TF_VAR_database_password."
  }
}

variable "topics" {
  description = "Event Hubs, which speak Kafka's protocol, by name with their number of partitions; empty when brokers exist already."
  type        = map(number)
  default     = {}

  validation {
    condition     = alltrue([for partitions in var.topics : partitions >= 1 && partitions <= 100])
    error_message = "topics: 1 to 100 partitions each, as the premium tier has them."
  }
}

variable "log_retention_days" {
  description = "How long logs and traces are kept."
  type        = number
  default     = 30

  validation {
    condition     = var.log_retention_days >= 30 && var.log_retention_days <= 730
    error_message = "log_retention_days is 30 to 730."
  }
}

variable "alarm_emails" {
  description = "Who is told of alarms, by a short name."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "alarm_emails are mail addresses by name."
  }
}
