# A message that failed max_receives times goes to the dead letter queue, where an alarm waits for it.
resource "aws_sqs_queue" "dead" {
  for_each = var.queues

  name                              = "${var.name}-${replace(each.key, "_", "-")}-dead"
  message_retention_seconds         = 1209600
  kms_master_key_id                 = aws_kms_key.pipeline.arn
  kms_data_key_reuse_period_seconds = 3600
  tags                              = var.tags
}

resource "aws_sqs_queue" "queue" {
  for_each = var.queues

  name                              = "${var.name}-${replace(each.key, "_", "-")}"
  message_retention_seconds         = 1209600
  visibility_timeout_seconds        = each.value.visibility_seconds
  receive_wait_time_seconds         = 20
  kms_master_key_id                 = aws_kms_key.pipeline.arn
  kms_data_key_reuse_period_seconds = 3600
  tags                              = var.tags

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead[each.key].arn
    maxReceiveCount     = each.value.max_receives
  })
}

resource "aws_sqs_queue_redrive_allow_policy" "dead" {
  for_each = var.queues

  queue_url = aws_sqs_queue.dead[each.key].id

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [aws_sqs_queue.queue[each.key].arn]
  })
}
