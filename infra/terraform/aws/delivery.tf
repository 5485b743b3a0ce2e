# Images, and the role by which the workflow pushes them and reaches the cluster; no key is stored anywhere. In the cluster the role is a
# member of one group, which may do what infra/kubernetes/delivery.yaml says.
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
  count = var.delivery == null ? 0 : 1

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

    # Environments have reviewers, a branch has not; and a job of another environment gets nothing here.
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:${var.delivery.repository}:environment:${var.delivery.environment}"]
    }
  }
}

data "aws_iam_policy_document" "delivery" {
  count = var.delivery == null ? 0 : 1

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
    actions = ["eks:DescribeCluster"]
    resources = [join(":", [
      "arn:aws:eks", data.aws_region.current.region, data.aws_caller_identity.current.account_id, "cluster/${var.delivery.cluster_name}",
    ])]
  }
}

resource "aws_iam_role" "delivery" {
  count = var.delivery == null ? 0 : 1

  name                 = "${var.name}-delivery"
  assume_role_policy   = data.aws_iam_policy_document.delivery_trust[0].json
  max_session_duration = 10800 # the workflow's production job may take 9000
  tags                 = var.tags
}

resource "aws_iam_role_policy" "delivery" {
  count = var.delivery == null ? 0 : 1

  name   = "delivery"
  role   = aws_iam_role.delivery[0].id
  policy = data.aws_iam_policy_document.delivery[0].json
}

resource "aws_eks_access_entry" "delivery" {
  count = var.delivery == null ? 0 : 1

  cluster_name      = var.delivery.cluster_name
  principal_arn     = aws_iam_role.delivery[0].arn
  kubernetes_groups = ["pipeline-delivery"]
  type              = "STANDARD"
  tags              = var.tags
}
