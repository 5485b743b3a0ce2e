# Images, and the role by which the workflow pushes them and reaches the cluster; no key is stored anywhere.
resource "aws_ecr_repository" "image" {
  name                 = var.name
  image_tag_mutability = "IMMUTABLE"
  tags                 = var.tags

  image_scanning_configuration {
    scan_on_push = true
  }

  encryption_configuration {
    encryption_type = "KMS"
    kms_key         = aws_kms_key.pipeline.arn
  }
}

data "aws_iam_policy_document" "delivery_trust" {
  count = var.delivery_repository == null ? 0 : 1

  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]

    principals {
      type        = "Federated"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:oidc-provider/token.actions.githubusercontent.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }

    # Environments have reviewers; a branch has not.
    condition {
      test     = "StringLike"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:${var.delivery_repository}:environment:*"]
    }
  }
}

data "aws_iam_policy_document" "delivery" {
  count = var.delivery_repository == null ? 0 : 1

  statement {
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"]
  }

  statement {
    actions = [
      "ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:GetDownloadUrlForLayer",
      "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart",
    ]
    resources = [aws_ecr_repository.image.arn]
  }

  statement {
    actions   = ["eks:DescribeCluster"]
    resources = ["arn:aws:eks:${data.aws_region.current.region}:${data.aws_caller_identity.current.account_id}:cluster/*"]
  }
}

resource "aws_iam_role" "delivery" {
  count = var.delivery_repository == null ? 0 : 1

  name               = "${var.name}-delivery"
  assume_role_policy = data.aws_iam_policy_document.delivery_trust[0].json
  tags               = var.tags
}

resource "aws_iam_role_policy" "delivery" {
  count = var.delivery_repository == null ? 0 : 1

  name   = "delivery"
  role   = aws_iam_role.delivery[0].id
  policy = data.aws_iam_policy_document.delivery[0].json
}
