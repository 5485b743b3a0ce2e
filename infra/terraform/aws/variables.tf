variable "name" {
  description = "Begins the name of everything; also the bucket's, so it must be free worldwide."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{2,30}[a-z0-9]$", var.name))
    error_message = "name has 4 to 32 lower-case letters, digits and hyphens, and begins with a letter."
  }
}

variable "tags" {
  description = "Put on everything."
  type        = map(string)
  default     = {}
}

variable "oidc_issuers" {
  description = "OIDC providers whose service accounts may take the roles: the EKS cluster's, and an AKS cluster's if it writes this lake."
  type = map(object({
    provider_arn = string
    issuer       = string # without https://
    namespace    = optional(string, "pipeline")
  }))

  validation {
    condition     = length(var.oidc_issuers) > 0 && alltrue([for issuer in var.oidc_issuers : !startswith(issuer.issuer, "https://")])
    error_message = "oidc_issuers needs at least one provider; write each issuer without https://."
  }
}

variable "keda_service_account" {
  description = "KEDA's operator as namespace:name; it reads the queues' depth."
  type        = string
  default     = "keda:keda-operator"
}

variable "abort_uploads_after_days" {
  description = <<-TEXT
    S3 drops uploads that are older. A committed publication's uploads stay open until they are completed, at once or by the sweep; the
    sweep itself aborts what no commit can refer to after a day. This rule is for uploads that nobody lists any more.
  TEXT
  type        = number
  default     = 14

  validation {
    condition     = var.abort_uploads_after_days >= 7
    error_message = "abort_uploads_after_days is at least 7: a committed object's upload must outlive any outage of the sweep."
  }
}

variable "segment_retention_days" {
  description = "Raw segments are deleted after so many days; older days cannot be published again then. null keeps them for ever."
  type        = number
  default     = 90
  nullable    = true

  validation {
    condition     = var.segment_retention_days == null || try(var.segment_retention_days >= 90, false)
    error_message = "segment_retention_days is null or at least 90: replays and rebuilds read segments."
  }
}

variable "segment_archive_after_days" {
  description = "Raw segments move to Glacier Instant Retrieval after so many days; null leaves them. Pays from half a year's keeping."
  type        = number
  default     = null
  nullable    = true

  validation {
    condition = var.segment_archive_after_days == null || try(
      var.segment_archive_after_days >= 1
      && coalesce(var.segment_retention_days, 100000) >= var.segment_archive_after_days + 90, false
    )
    error_message = "segment_archive_after_days is null, or at least 1 and 90 days before the end: archived bytes are paid for 90 days."
  }
}

variable "quarantine_retention_days" {
  description = "Refused records are deleted after so many days."
  type        = number
  default     = 180

  validation {
    condition     = var.quarantine_retention_days >= 30
    error_message = "quarantine_retention_days is at least 30: people need time to mend and replay."
  }
}

variable "queues" {
  description = "SQS queues by the name that the setting Sqs:Queues:NAME has."
  type = map(object({
    visibility_seconds = optional(number, 300)
    max_receives       = optional(number, 5)
  }))
  default = { user_logins = {} }

  validation {
    condition = alltrue([
      for queue in var.queues : queue.visibility_seconds >= 60 && queue.visibility_seconds <= 43200 && queue.max_receives >= 2
    ])
    error_message = "queues: visibility_seconds is 60 to 43200, max_receives at least 2."
  }
}

variable "vpc" {
  description = "Where database and brokers stand, and the security group of the cluster's nodes; null makes neither: the lake alone."
  type = object({
    id                     = string
    private_subnet_ids     = list(string)
    node_security_group_id = string
  })
  default  = null
  nullable = true

  validation {
    condition = var.vpc == null || try(
      length(distinct(var.vpc.private_subnet_ids)) >= 2
      && alltrue([for subnet in var.vpc.private_subnet_ids : startswith(subnet, "subnet-")]), false
    )
    error_message = "vpc.private_subnet_ids needs subnets in at least two zones, each as subnet-…."
  }
}

variable "database" {
  description = "RDS PostgreSQL of ledger and warehouse."
  type = object({
    instance_class     = optional(string, "db.r7g.large")
    storage_gib        = optional(number, 200)
    max_storage_gib    = optional(number, 1000)
    engine_version     = optional(string, "15")
    multi_az           = optional(bool, true)
    backup_days        = optional(number, 14)
    deletion_protected = optional(bool, true)
  })
  default = {}

  validation {
    condition     = can(regex("^db\\.[a-z0-9-]+\\.[a-z0-9]+$", var.database.instance_class))
    error_message = "database.instance_class is a class of RDS, such as db.r7g.large."
  }

  validation {
    condition     = tonumber(split(".", var.database.engine_version)[0]) >= 15
    error_message = "database.engine_version is 15 or later: the pipeline is tested with 15."
  }

  validation {
    condition     = var.database.backup_days >= 7 && var.database.backup_days <= 35
    error_message = "database.backup_days is 7 to 35: the ledger decides what is loaded, and a restore needs a choice of moments."
  }

  validation {
    condition     = var.database.max_storage_gib > var.database.storage_gib
    error_message = "database.max_storage_gib is more than storage_gib."
  }
}

variable "kafka" {
  description = "An MSK cluster of its own; null when brokers exist already."
  type = object({
    version           = optional(string, "3.8.x")
    instance_type     = optional(string, "kafka.m7g.large")
    brokers           = optional(number, 3)
    volume_gib        = optional(number, 1000)
    scram_secret_arns = list(string) # one for each user
  })
  default  = null
  nullable = true

  validation {
    condition = var.kafka == null || try(
      var.kafka.brokers >= 3 && var.kafka.brokers % length(var.vpc.private_subnet_ids) == 0
      && contains([2, 3], length(var.vpc.private_subnet_ids)), false
    )
    error_message = "kafka.brokers is at least 3, for three copies of each record, and as many for each of vpc's 2 or 3 subnets."
  }

  validation {
    condition = var.kafka == null || try(
      length(var.kafka.scram_secret_arns) > 0
      && alltrue([for arn in var.kafka.scram_secret_arns : can(regex(":secret:AmazonMSK_", arn))]), false
    )
    error_message = "kafka.scram_secret_arns are secrets whose names begin with AmazonMSK_: brokers take no others."
  }
}

variable "alarm_emails" {
  description = "Who is told of alarms; each confirms by mail."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "alarm_emails are mail addresses."
  }
}

variable "delivery" {
  description = <<-TEXT
    The GitHub repository owner/name whose workflow pushes images and rolls out, the GitHub environment that its job runs in, and the name
    of the EKS cluster it rolls out to; null for none.
  TEXT
  type        = object({ repository = string, environment = string, cluster_name = string })
  default     = null
  nullable    = true

  validation {
    condition     = var.delivery == null || can(regex("^[^/*]+/[^/*]+$", var.delivery.repository))
    error_message = "delivery.repository is owner/name."
  }

  validation {
    condition     = var.delivery == null || try(length(var.delivery.cluster_name) > 0, false)
    error_message = "delivery.cluster_name is the name of the EKS cluster."
  }

  validation {
    condition     = var.delivery == null || can(regex("^[A-Za-z0-9_-]+$", var.delivery.environment))
    error_message = "delivery.environment is one environment of the repository, such as production."
  }
}
