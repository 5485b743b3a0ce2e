# Three roles, each for one service account: the app, the reader of its secrets, KEDA. Each may do what its one job needs.
locals {
  accounts = {
    app     = { for name, issuer in var.oidc_issuers : name => "system:serviceaccount:${issuer.namespace}:pipeline" }
    secrets = { for name, issuer in var.oidc_issuers : name => "system:serviceaccount:${issuer.namespace}:pipeline-secrets" }
    keda    = { for name, issuer in var.oidc_issuers : name => "system:serviceaccount:${var.keda_service_account}" }
  }
  secret_names = ["pipeline-settings", "pipeline-providers", "pipeline-alerts", "pipeline-scaling"]
}

data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

data "aws_iam_policy_document" "trust" {
  for_each = local.accounts

  dynamic "statement" {
    for_each = var.oidc_issuers
    content {
      actions = ["sts:AssumeRoleWithWebIdentity"]

      principals {
        type        = "Federated"
        identifiers = [statement.value.provider_arn]
      }

      condition {
        test     = "StringEquals"
        variable = "${statement.value.issuer}:sub"
        values   = [each.value[statement.key]]
      }

      condition {
        test     = "StringEquals"
        variable = "${statement.value.issuer}:aud"
        values   = ["sts.amazonaws.com"]
      }
    }
  }
}

data "aws_iam_policy_document" "app" {
  statement {
    sid       = "Look"
    actions   = ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetLifecycleConfiguration"]
    resources = [aws_s3_bucket.lake.arn]
  }

  statement {
    sid     = "Objects"
    actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"]
    resources = [
      for prefix in ["lake", "segments", "quarantine"] : "${aws_s3_bucket.lake.arn}/${prefix}/*"
    ]
  }

  statement {
    sid       = "Keys"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [aws_kms_key.pipeline.arn]
  }

  dynamic "statement" {
    for_each = length(var.queues) == 0 ? [] : [1]
    content {
      sid       = "Drain"
      actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]
      resources = [for queue in aws_sqs_queue.queue : queue.arn]
    }
  }

  dynamic "statement" {
    for_each = length(var.queues) == 0 ? [] : [1]
    content {
      # Before it sends, the app asks how large a message may be.
      sid       = "GiveUp"
      actions   = ["sqs:SendMessage", "sqs:GetQueueAttributes"]
      resources = [for queue in aws_sqs_queue.dead : queue.arn]
    }
  }
}

data "aws_iam_policy_document" "secrets" {
  statement {
    actions = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]
    resources = [
      for name in local.secret_names :
      "arn:aws:secretsmanager:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:secret:${var.name}/${name}-*"
    ]
  }
}

data "aws_iam_policy_document" "keda" {
  statement {
    actions   = ["sqs:GetQueueAttributes"]
    resources = length(var.queues) == 0 ? ["arn:aws:sqs:*:*:none"] : [for queue in aws_sqs_queue.queue : queue.arn]
  }
}

locals {
  policies = {
    app     = data.aws_iam_policy_document.app.json
    secrets = data.aws_iam_policy_document.secrets.json
    keda    = data.aws_iam_policy_document.keda.json
  }
}

resource "aws_iam_role" "role" {
  for_each = local.accounts

  name                 = "${var.name}-${each.key}"
  assume_role_policy   = data.aws_iam_policy_document.trust[each.key].json
  max_session_duration = 3600
  tags                 = var.tags
}

resource "aws_iam_role_policy" "role" {
  for_each = local.accounts

  name   = each.key
  role   = aws_iam_role.role[each.key].id
  policy = local.policies[each.key]
}
