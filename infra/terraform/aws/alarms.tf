# What the pipeline cannot tell of itself, because it may be what is down. Its own alerts are in the ledger and on the status page.
resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = "alias/aws/sns"
  tags              = var.tags
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
  gib = 1024 * 1024 * 1024
  database_alarms = {
    storage     = { text = "less than 20 GiB free", metric = "FreeStorageSpace", comparison = "Less", threshold = 20 * local.gib }
    cpu         = { text = "CPU above 85 %", metric = "CPUUtilization", comparison = "Greater", threshold = 85 }
    connections = { text = "more than 400 connections", metric = "DatabaseConnections", comparison = "Greater", threshold = 400 }
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
  for_each = local.database_alarms

  alarm_name          = "${var.name}-database-${each.key}"
  alarm_description   = "The ledger's database has had ${each.value.text} for 15 minutes."
  namespace           = "AWS/RDS"
  metric_name         = each.value.metric
  dimensions          = { DBInstanceIdentifier = aws_db_instance.ledger.identifier }
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
  count = var.kafka == null ? 0 : 1

  alarm_name          = "${var.name}-kafka-lag"
  alarm_description   = "A topic-partition of user-actions is more than 20 million records behind: landing stands still or is too slow."
  namespace           = "AWS/Kafka"
  metric_name         = "MaxOffsetLag"
  dimensions          = { "Cluster Name" = var.name, "Consumer Group" = "pipeline", Topic = "user-actions" }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 3
  comparison_operator = "GreaterThanThreshold"
  threshold           = 20000000
  treat_missing_data  = "missing"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  tags                = var.tags
}
