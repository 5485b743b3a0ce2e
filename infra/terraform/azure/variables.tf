variable "name" {
  description = "Begins the name of everything; storage account and vault need it free worldwide."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,16}[a-z0-9]$", var.name))
    error_message = "name has 4 to 18 lower-case letters, digits and hyphens, and begins with a letter."
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
    condition     = length(var.subnet_ids) > 0
    error_message = "subnet_ids needs the cluster's subnet, or nothing could reach storage account and vault."
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

variable "database_admin_group" {
  description = "Microsoft Entra group that administrates the database: object id and name. Passwords are for the app's roles alone."
  type        = object({ object_id = string, name = string })
  default     = null
  nullable    = true
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
}
