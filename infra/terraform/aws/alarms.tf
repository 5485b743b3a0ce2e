# What the pipeline cannot tell of itself, because it may be what is down. Its own alerts are in the ledger and on the status page.
resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = aws_kms_key.alarms.arn
  tags              = var.tags
}

# SNS's own key, alias/aws/sns, cannot be used: CloudWatch is not in its policy, and every alarm's message would be lost in silence.
resource "aws_kms_key" "alarms" {
  description             = "${var.name}: messages of alarms"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.alarms.json
  tags                    = var.tags
}

data "aws_iam_policy_document" "alarms" {
  statement {
    sid       = "Account"
    actions   = ["kms:*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }

  # For alarms of this account alone: the service asks on behalf of everybody's.
  statement {
    sid       = "Alarms"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

resource "aws_sns_topic_subscription" "alarms" {
  for_each = toset(var.alarm_emails)

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}

locals {
  queue_alarms = merge(
    { for name, queue in aws_sqs_queue.dead : "${name}-dead" => {
      text   = "Messages of ${name} were given up; look at them and redrive."
      metric = "ApproximateNumberOfMessagesVisible"
      above  = 0
      queue  = queue.name
    } },
    { for name, queue in aws_sqs_queue.queue : "${name}-age" => {
      text   = "Messages of ${name} wait for more than 15 minutes; is DrainQueue running?"
      metric = "ApproximateAgeOfOldestMessage"
      above  = 900
      queue  = queue.name
    } },
  )
  # Ten pods' worth of records behind, by topic; groups and topics are those that KEDA asks for (kubernetes/base/scaling-streams.yaml).
  lag_alarms = {
    user-actions   = { group = "pipeline", above = 20000000 }
    ad-impressions = { group = "pipeline-impressions", above = 4000000 }
    clicks         = { group = "pipeline-clicks", above = 4000000 }
    conversions    = { group = "pipeline-conversions", above = 4000000 }
    bid-requests   = { group = "pipeline-bid-requests", above = 4000000 }
  }
  gib = 1024 * 1024 * 1024
  database_alarms = {
    storage = { text = "less than 20 GiB free", metric = "FreeStorageSpace", comparison = "Less", threshold = 20 * local.gib }
    cpu     = { text = "CPU above 85 %", metric = "CPUUtilization", comparison = "Greater", threshold = 85 }
    # postgres/roles.sql refuses the app's 601st.
    connections = { text = "more than 450 connections", metric = "DatabaseConnections", comparison = "Greater", threshold = 450 }
  }
}

resource "aws_cloudwatch_metric_alarm" "queue" {
  for_each = local.queue_alarms

  alarm_name          = "${var.name}-${replace(each.key, "_", "-")}"
  alarm_description   = each.value.text
  namespace           = "AWS/SQS"
  metric_name         = each.value.metric
  dimensions          = { QueueName = each.value.queue }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "database" {
  for_each = var.vpc == null ? {} : local.database_alarms

  alarm_name          = "${var.name}-database-${each.key}"
  alarm_description   = "The ledger's database has had ${each.value.text} for 15 minutes."
  namespace           = "AWS/RDS"
  metric_name         = each.value.metric
  dimensions          = { DBInstanceIdentifier = aws_db_instance.ledger[0].identifier }
  statistic           = "Average"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "${each.value.comparison}ThanThreshold"
  threshold           = each.value.threshold
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
  tags                = var.tags
}

resource "aws_cloudwatch_metric_alarm" "lag" {
  for_each = var.kafka == null ? {} : local.lag_alarms

  alarm_name          = "${var.name}-kafka-lag-${each.key}"
  alarm_description   = "A topic-partition of ${each.key} is ${each.value.above} records behind: landing stands still or is too slow."
  namespace           = "AWS/Kafka"
  metric_name         = "MaxOffsetLag"
  dimensions          = { "Cluster Name" = var.name, "Consumer Group" = each.value.group, Topic = each.key }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.above
  treat_missing_data  = "missing"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
  tags                = var.tags
}
