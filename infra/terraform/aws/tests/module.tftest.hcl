# Plans against a provider that only has the schema: what the module asks for, not what AWS answers.
mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_region" {
    defaults = { region = "eu-west-1" }
  }
}

variables {
  name = "example-pipeline"
  oidc_issuers = {
    eks = {
      provider_arn = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/X"
      issuer       = "oidc.eks.eu-west-1.amazonaws.com/id/X"
    }
  }
  vpc = { id = "vpc-1", private_subnet_ids = ["subnet-a", "subnet-b"], node_security_group_id = "sg-1" }
}

run "the_lake_is_closed_encrypted_and_never_cleaned_by_rules" {
  command = plan

  assert {
    condition = alltrue([
      aws_s3_bucket_public_access_block.lake.block_public_policy, aws_s3_bucket_public_access_block.lake.restrict_public_buckets
    ])
    error_message = "The bucket is open to the public."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.lake.rule[*].bucket_key_enabled)
    error_message = "Every object would ask KMS for a key."
  }

  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_lifecycle_configuration.lake.rule :
      rule.id != "segments" && rule.id != "quarantine" ? alltrue([for end in rule.expiration : end.days == null || end.days == 0]) : true
    ])
    error_message = "A rule deletes what the ledger says is there."
  }

  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_lifecycle_configuration.lake.rule :
      alltrue([for filter in rule.filter : !startswith(coalesce(filter.prefix, "-"), "lake")])
    ])
    error_message = "A rule touches the lake."
  }
}

run "uploads_outlive_an_outage_of_the_sweep" {
  command = plan

  assert {
    condition = [
      for rule in aws_s3_bucket_lifecycle_configuration.lake.rule :
      one(rule.abort_incomplete_multipart_upload[*].days_after_initiation) if length(rule.abort_incomplete_multipart_upload) > 0
    ] == [14]
    error_message = "S3 would drop uploads that a committed publication still needs."
  }
}

run "a_shorter_life_of_uploads_is_refused" {
  command         = plan
  expect_failures = [var.abort_uploads_after_days]

  variables { abort_uploads_after_days = 1 }
}

run "segments_may_not_vanish_before_replays" {
  command         = plan
  expect_failures = [var.segment_retention_days]

  variables { segment_retention_days = 30 }
}

run "segments_may_be_kept_for_ever" {
  command = plan

  variables { segment_retention_days = null }

  assert {
    condition     = !contains(aws_s3_bucket_lifecycle_configuration.lake.rule[*].id, "segments")
    error_message = "A rule for segments is there although nothing is to be deleted or archived: S3 refuses one that does nothing."
  }
}

run "every_rule_of_the_lake_does_something" {
  command = plan

  variables {
    segment_retention_days     = null
    segment_archive_after_days = 30
  }

  assert {
    condition = alltrue([
      for rule in aws_s3_bucket_lifecycle_configuration.lake.rule : length(rule.transition) + length(rule.expiration)
      + length(rule.noncurrent_version_expiration) + length(rule.abort_incomplete_multipart_upload) > 0
    ]) && contains(aws_s3_bucket_lifecycle_configuration.lake.rule[*].id, "segments")
    error_message = "A rule does nothing: S3 refuses it."
  }
}

run "segments_are_not_archived_for_less_than_is_paid" {
  command         = plan
  expect_failures = [var.segment_archive_after_days]

  variables { segment_archive_after_days = 30 }
}

run "subnets_are_named_by_their_identifiers" {
  command         = plan
  expect_failures = [var.vpc]

  variables { vpc = { id = "vpc-1", private_subnet_ids = ["10.0.1.0/24", "10.0.2.0/24"], node_security_group_id = "sg-1" } }
}

run "a_wrong_name_is_refused" {
  command         = plan
  expect_failures = [var.name]

  variables { name = "Example_Pipeline" }
}

run "every_queue_has_a_dead_letter_queue_and_two_alarms" {
  command = plan

  variables { queues = { user_logins = {}, orders = { max_receives = 3 } } }

  assert {
    condition     = keys(aws_sqs_queue.dead) == keys(aws_sqs_queue.queue) && length(aws_cloudwatch_metric_alarm.queue) == 4
    error_message = "A queue has no dead letter queue, or nobody would hear of it."
  }

  assert {
    condition     = aws_sqs_queue.queue["user_logins"].name == "example-pipeline-user-logins"
    error_message = "The queue's name changed: its URL stands in settings."
  }
}

run "a_queue_that_gives_up_at_once_is_refused" {
  command         = plan
  expect_failures = [var.queues]

  variables { queues = { user_logins = { max_receives = 1 } } }
}

run "the_database_is_private_encrypted_and_backed_up" {
  command = plan

  assert {
    condition = alltrue([
      !aws_db_instance.ledger[0].publicly_accessible, aws_db_instance.ledger[0].storage_encrypted,
      aws_db_instance.ledger[0].deletion_protection,
      aws_db_instance.ledger[0].multi_az, aws_db_instance.ledger[0].backup_retention_period == 14,
      aws_db_instance.ledger[0].manage_master_user_password,
    ])
    error_message = "The ledger is the one thing that cannot be lost."
  }

  assert {
    condition     = [for option in aws_db_parameter_group.ledger[0].parameter : option.value if option.name == "rds.force_ssl"] == ["1"]
    error_message = "Connections without TLS would be taken."
  }

  assert {
    condition     = aws_db_parameter_group.ledger[0].family == "postgres15"
    error_message = "The parameters are not of the engine's version."
  }
}

run "a_lake_alone_has_neither_database_nor_brokers" {
  command = plan

  variables { vpc = null }

  assert {
    condition     = length(aws_db_instance.ledger) + length(aws_msk_cluster.kafka) + length(aws_cloudwatch_metric_alarm.database) == 0
    error_message = "Something is made that needs a network."
  }

  assert {
    condition     = output.database == null && aws_s3_bucket.lake.bucket == "example-pipeline"
    error_message = "The lake is missing, or there is an address of no database."
  }
}

run "brokers_without_a_network_are_refused" {
  command         = plan
  expect_failures = [var.kafka]

  variables {
    vpc   = null
    kafka = { scram_secret_arns = ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:AmazonMSK_pipeline"] }
  }
}

run "an_old_postgres_is_refused" {
  command         = plan
  expect_failures = [var.database]

  variables { database = { engine_version = "13.4" } }
}

run "a_database_class_that_rds_has_not_is_refused" {
  command         = plan
  expect_failures = [var.database]

  variables { database = { instance_class = "r7g.large" } }
}

run "alarms_may_be_published" {
  command = plan

  override_resource {
    target          = aws_kms_key.alarms
    override_during = plan
    values          = { arn = "arn:aws:kms:eu-west-1:123456789012:key/alarms" }
  }

  assert {
    condition = flatten([
      for statement in data.aws_iam_policy_document.alarms.statement : sort(statement.actions)
      if contains(flatten(statement.principals[*].identifiers), "cloudwatch.amazonaws.com")
    ]) == ["kms:Decrypt", "kms:GenerateDataKey*"]
    error_message = "CloudWatch may not use the topic's key: nobody would hear of an alarm."
  }

  assert {
    condition     = aws_sns_topic.alarms.kms_master_key_id == "arn:aws:kms:eu-west-1:123456789012:key/alarms"
    error_message = "The topic has another key than the one that CloudWatch may use."
  }

  assert {
    condition = alltrue([
      for statement in data.aws_iam_policy_document.alarms.statement :
      [for condition in statement.condition : [condition.variable, one(condition.values)]] == [["aws:SourceAccount", "123456789012"]]
      if contains(flatten(statement.principals[*].type), "Service")
    ])
    error_message = "A service would use the key on behalf of another account."
  }
}

run "brokers_are_made_only_when_asked_for" {
  command = plan

  assert {
    condition     = length(aws_msk_cluster.kafka) == 0 && length(aws_cloudwatch_metric_alarm.lag) == 0
    error_message = "Brokers that nobody asked for."
  }
}

run "brokers_take_tls_with_scram_alone" {
  command = plan

  variables {
    vpc   = { id = "vpc-1", private_subnet_ids = ["subnet-a", "subnet-b", "subnet-c"], node_security_group_id = "sg-1" }
    kafka = { scram_secret_arns = ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:AmazonMSK_pipeline"] }
  }

  assert {
    condition = (one(one(aws_msk_cluster.kafka[0].encryption_info[*].encryption_in_transit)[*].client_broker) == "TLS"
    && one(one(aws_msk_cluster.kafka[0].client_authentication[*].sasl)[*].scram))
    error_message = "A client without TLS or without a password would be taken."
  }
}

run "brokers_that_subnets_cannot_share_are_refused" {
  command         = plan
  expect_failures = [var.kafka]

  variables { kafka = { scram_secret_arns = ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:AmazonMSK_pipeline"] } }
}

run "a_kafka_user_whom_brokers_would_not_take_is_refused" {
  command         = plan
  expect_failures = [var.kafka]

  variables {
    vpc   = { id = "vpc-1", private_subnet_ids = ["subnet-a", "subnet-b", "subnet-c"], node_security_group_id = "sg-1" }
    kafka = { scram_secret_arns = ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:pipeline"] }
  }
}

run "athena_finds_partitions_by_their_path" {
  command = plan

  assert {
    condition = (aws_glue_catalog_table.dataset["user_actions"].parameters["storage.location.template"]
    == "s3://example-pipeline/lake/user_actions/event_date=$${event_date}/event_name=$${event_name}")
    error_message = "The template is not the lake's layout."
  }

  assert {
    condition     = aws_glue_catalog_table.dataset["user_actions"].parameters["projection.event_name.type"] == "injected"
    error_message = "The names of events are not known beforehand."
  }
}

run "each_account_has_a_role_of_its_own" {
  command = plan

  assert {
    condition = (keys(aws_iam_role.role) == ["app", "keda", "secrets"] && length(aws_iam_role.delivery) == 0
    && length(aws_eks_access_entry.delivery) == 0)
    error_message = "Roles are missing, or one is there that nobody asked for."
  }
}

run "delivery_gets_a_role_for_its_repository" {
  command = plan

  variables { delivery = { repository = "example/pipeline", environment = "production", cluster_name = "example" } }

  assert {
    condition     = aws_iam_role.delivery[0].name == "example-pipeline-delivery"
    error_message = "The workflow has no role."
  }

  assert {
    condition = [
      for condition in data.aws_iam_policy_document.delivery_trust[0].statement[0].condition : [condition.test, one(condition.values)]
      if endswith(condition.variable, ":sub")
    ] == [["StringEquals", "repo:example/pipeline:environment:production"]]
    error_message = "A job of another environment could take this role."
  }

  assert {
    condition = (aws_eks_access_entry.delivery[0].cluster_name == "example"
    && aws_eks_access_entry.delivery[0].kubernetes_groups == toset(["pipeline-delivery"]))
    error_message = "The role is nobody in the cluster: kubectl would be refused."
  }
}

run "all_environments_at_once_are_refused" {
  command         = plan
  expect_failures = [var.delivery]

  variables { delivery = { repository = "example/pipeline", environment = "*", cluster_name = "example" } }
}
