# Where there is a network: the lake of a cluster elsewhere (AKS) has its database there. RDS offers btree_gist, which the ledger needs.
# Connections are refused without TLS; the master password is RDS's own secret.
resource "aws_db_subnet_group" "ledger" {
  count = var.vpc == null ? 0 : 1

  name       = var.name
  subnet_ids = var.vpc.private_subnet_ids
  tags       = var.tags
}

resource "aws_security_group" "ledger" {
  count = var.vpc == null ? 0 : 1

  name        = "${var.name}-ledger"
  description = "PostgreSQL, from the cluster's nodes"
  vpc_id      = var.vpc.id
  tags        = var.tags
}

resource "aws_vpc_security_group_ingress_rule" "ledger" {
  count = var.vpc == null ? 0 : 1

  security_group_id            = aws_security_group.ledger[0].id
  referenced_security_group_id = var.vpc.node_security_group_id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_db_parameter_group" "ledger" {
  count = var.vpc == null ? 0 : 1

  name   = var.name
  family = "postgres${split(".", var.database.engine_version)[0]}"
  tags   = var.tags

  parameter {
    name  = "rds.force_ssl"
    value = "1"
  }

  # Merges write whole pages again after each checkpoint: fewer checkpoints, less to write.
  parameter {
    name  = "max_wal_size"
    value = "16384"
  }

  parameter {
    name  = "idle_in_transaction_session_timeout"
    value = "600000"
  }
}

resource "aws_db_instance" "ledger" {
  count = var.vpc == null ? 0 : 1

  identifier                      = var.name
  engine                          = "postgres"
  engine_version                  = var.database.engine_version
  instance_class                  = var.database.instance_class
  allocated_storage               = var.database.storage_gib
  max_allocated_storage           = var.database.max_storage_gib
  storage_type                    = "gp3"
  storage_encrypted               = true
  kms_key_id                      = aws_kms_key.pipeline.arn
  db_name                         = "pipeline"
  username                        = "pipeline_owner"
  manage_master_user_password     = true
  master_user_secret_kms_key_id   = aws_kms_key.pipeline.key_id
  db_subnet_group_name            = aws_db_subnet_group.ledger[0].name
  parameter_group_name            = aws_db_parameter_group.ledger[0].name
  vpc_security_group_ids          = [aws_security_group.ledger[0].id]
  publicly_accessible             = false
  multi_az                        = var.database.multi_az
  backup_retention_period         = var.database.backup_days
  copy_tags_to_snapshot           = true
  deletion_protection             = var.database.deletion_protected
  skip_final_snapshot             = false
  final_snapshot_identifier       = "${var.name}-final"
  auto_minor_version_upgrade      = true
  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.pipeline.arn
  enabled_cloudwatch_logs_exports = ["postgresql"]
  tags                            = var.tags
}
