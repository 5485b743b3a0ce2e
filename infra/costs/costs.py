#!/usr/bin/env python3
"""What a day of 500 GiB costs on AWS, and the same volume by Firehose, Glue and Kafka Connect: every line with its arithmetic.

    infra/costs/costs.py [--write]       prints results.md, or writes it
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "kubernetes" / "simulation"))
import simulate  # noqa: E402

# US dollars, us-east-1, on demand, without free tiers and discounts, noted 2026-11-21; pages to look them up at again are below the tables.
PRICE = {
    "vcpu_hour": 0.0816 / 2,          # EC2 m7g.large: 2 vCPU, 8 GiB
    "eks_hour": 0.10,
    "rds_hour": 0.478,                # db.r7g.large, PostgreSQL, two zones
    "rds_gb_month": 0.23,             # gp3, two zones
    "s3_gb_month": 0.023,
    "s3_put": 0.005 / 1000,
    "s3_get": 0.0004 / 1000,
    "secret_month": 0.40,
    "kms_key_month": 1.00,
    "firehose_msk_gb": 0.055,
    "firehose_put_gb": 0.029,
    "firehose_convert_gb": 0.018,
    "firehose_partition_gb": 0.020,
    "firehose_jq_hour": 0.07,
    "glue_dpu_hour": 0.44,
    "connect_mcu_hour": 0.11,
}
MONTH_DAYS = 365 / 12

# Measured (tests/Bench/results/amd-epyc-2-cores.md): bytes of 375.8 MB of events as segments, and as Parquet.
SEGMENT_SHARE = 48.1 / 375.8
LAKE_SHARE = 17.6 / 375.8
# A batch is 16 MiB, and an object for each topic-partition of the pod: of 24, divided among the pods (measured: 8.6 objects a second of
# one pod at 31,300 records a second). Assumed: a publication of 384 MiB writes eight objects of one part each.
BATCH_BYTES = 16 * 1024 ** 2
TOPIC_PARTITIONS = 24
PUBLICATION_BYTES = 384 * 1024 ** 2
OBJECTS_A_PUBLICATION = 8
MODULE = HERE.parent / "terraform" / "aws"
# As the module has them: segments are kept so long, and each is a former version for a while after.
SEGMENT_DAYS = int(re.search(r'variable "segment_retention_days".*?default += (\d+)', (MODULE / "variables.tf").read_text(), re.S)[1])
FORMER_DAYS = int(re.search(r"noncurrent_days = (\d+)", (MODULE / "storage.tf").read_text())[1])
SECRETS = 5                           # the app's four entries and the database owner's
KMS_KEYS = 2                          # the pipeline's and the alarms'
PACKING = 0.8                         # share of the nodes' processors that pods ask for


def lines(times):
    """Ours, for so many times 500 GiB a day: name, arithmetic, dollars a day."""
    size = times * 500 * simulate.GIB
    gb = size / 1e9
    streams = simulate.Scaling.read("scaling-streams.yaml", simulate.deployed_threshold())
    orchestration = simulate.Scaling.read("scaling-orchestration.yaml", 1)
    found = simulate.day(size, streams, orchestration)
    vcpu = found["land_hours"] + found["publish_hours"] * 2 + 48 * 0.1
    segments = size / BATCH_BYTES * TOPIC_PARTITIONS / (found["land_hours"] / 24)
    objects = size / PUBLICATION_BYTES * OBJECTS_A_PUBLICATION
    kept = gb * SEGMENT_SHARE * (SEGMENT_DAYS + FORMER_DAYS)
    hours = f"{found['land_hours']:.0f} pod-hours + {found['publish_hours']:.0f} x 2 + 48 x 0.1 = {vcpu:.0f} vCPU-hours"
    yield "pods", f"{hours} / {PACKING} x ${PRICE['vcpu_hour']:.4f}", vcpu / PACKING * PRICE["vcpu_hour"]
    yield "EKS", f"24 h x ${PRICE['eks_hour']:.2f}", 24 * PRICE["eks_hour"]
    yield "segments written", f"{segments:,.0f} objects x ${PRICE['s3_put'] * 1000:.3f} / 1,000", segments * PRICE["s3_put"]
    yield "segments read once", f"{segments:,.0f} x ${PRICE['s3_get'] * 1000:.4f} / 1,000", segments * PRICE["s3_get"]
    yield "Parquet objects", f"{objects:,.0f} x 3 requests x ${PRICE['s3_put'] * 1000:.3f} / 1,000", objects * 3 * PRICE["s3_put"]
    stored = f"{gb:.0f} GB x {SEGMENT_SHARE:.3f} x {SEGMENT_DAYS + FORMER_DAYS} = {kept:,.0f} GB"
    yield (f"segments kept {SEGMENT_DAYS} days, former versions {FORMER_DAYS}", f"{stored} x ${PRICE['s3_gb_month']} a month",
           kept * PRICE["s3_gb_month"] / MONTH_DAYS)
    yield ("secrets and keys", f"({SECRETS} x ${PRICE['secret_month']:.2f} + {KMS_KEYS} x ${PRICE['kms_key_month']:.2f}) a month",
           (SECRETS * PRICE["secret_month"] + KMS_KEYS * PRICE["kms_key_month"]) / MONTH_DAYS)


def database(times):
    """Merges cost processors by rows: eight times as large an instance (r7g.4xlarge) for ten times the rows."""
    size = 1 if times == 1 else 8
    return ("RDS, two zones", f"24 h x ${PRICE['rds_hour']:.3f} x {size} + {200 * size} GB x ${PRICE['rds_gb_month']:.2f} a month",
            24 * PRICE["rds_hour"] * size + 200 * size * PRICE["rds_gb_month"] / MONTH_DAYS)


def peers(times):
    """The other ways: name, arithmetic, dollars a day, what is missing."""
    gb = times * 500 * simulate.GIB / 1e9
    records = times * 500 * simulate.GIB / simulate.EVENT_BYTES
    rounded = records * 5 * 1024 / 1e9
    convert, partition = PRICE["firehose_convert_gb"], PRICE["firehose_partition_gb"]
    msk, put, jq = PRICE["firehose_msk_gb"], PRICE["firehose_put_gb"], PRICE["firehose_jq_hour"]
    yield ("Firehose, from MSK", f"{gb:.0f} GB x (${msk} + ${convert} Parquet + ${partition} partitions by event) + 24 h x ${jq} JQ",
           gb * (msk + convert + partition) + 24 * jq, "at least once; no table; no replay")
    yield ("Firehose, put directly", f"each record counts as 5 KiB: {rounded:,.0f} GB x (${put} + ${convert}) + {gb:.0f} GB x ${partition}",
           rounded * (put + convert) + gb * partition, "the same")
    dpu = 4 * times
    yield ("Glue streaming", f"{dpu} DPU (16 vCPU for each 500 GiB, for the peak; assumed) x 24 h x ${PRICE['glue_dpu_hour']}",
           dpu * 24 * PRICE["glue_dpu_hour"], "merges into PostgreSQL are one's own code, at least once")
    mcu = 4 * times
    connector = f"{mcu} MCU (assumed) x 24 h x ${PRICE['connect_mcu_hour']}"
    yield ("MSK Connect, S3 sink", connector, mcu * 24 * PRICE["connect_mcu_hour"],
           "typed records for Parquet; a late worker can overwrite (its issue 253)")
    yield ("MSK Connect, JDBC sink beside it", connector, mcu * 24 * PRICE["connect_mcu_hour"],
           "upserts by statement, not tied to the objects")


def report():
    out = ["# Costs", "",
           "Written by `costs.py --write`; the check holds that it is current. US dollars a day, list prices of us-east-1 noted on",
           "2026-11-21, no discounts. Brokers, the traffic from them and the lake's own storage are left out: they are the same whoever",
           "reads. Left out as well, because they go by use: CloudWatch's logs ($0.50 a GB) and alarms, traffic between zones to",
           "PostgreSQL ($0.01 a GB each way), former versions in lake and quarantine, quarantine itself, calls of KMS and SQS, EFS ($0.30",
           "a GB and month of what lies in the drop folder), images, backups beyond the database's size. Events have 188 bytes."]
    for times, name in ((1, "500 GiB a day"), (10, "ten times")):
        rows = list(lines(times))
        base, data = sum(row[2] for row in rows), database(times)
        gb = times * 500 * simulate.GIB / 1e9
        out += ["", f"## {name}", "", "| this pipeline | arithmetic | $ a day |", "|---|---|---|"]
        out += [f"| {what} | {how} | {cost:.2f} |" for what, how, cost in [*rows, data]]
        out += [f"| **all** | ${(base + data[2]) / gb * 1000:.0f} for a TB | **{base + data[2]:.2f}** |", "",
                "| another way to the same volume | arithmetic | $ a day | what it does not do |", "|---|---|---|---|"]
        out += [f"| {what} | {how} | {cost:.2f} | {lacks} |" for what, how, cost, lacks in peers(times)]
    gb = 500 * simulate.GIB / 1e9
    month = PRICE["s3_gb_month"]
    out += ["",
            f"A day's Parquet is {gb * LAKE_SHARE:.0f} GB ({LAKE_SHARE:.3f} of the events), ${gb * LAKE_SHARE * month:.2f} a month;",
            f"a day's segments are {gb * SEGMENT_SHARE:.0f} GB, ${gb * SEGMENT_SHARE * month:.2f}.",
            "The processors' own work is little: 537 GB at 17.3 MB/s to land and at 201 MB/s to publish are 9.4 hours of one core.",
            "What is paid for is that somebody is there, and a database that survives the loss of a zone.", "",
            "Look again at these pages of aws.amazon.com: ec2/pricing/on-demand, eks/pricing, rds/postgresql/pricing, s3/pricing,",
            "firehose/pricing, glue/pricing, msk/pricing, secrets-manager/pricing, kms/pricing, cloudwatch/pricing, efs/pricing.",
            "Glue's and Firehose's basic prices were seen in public pages on that day; the others are list prices as known to the author",
            "and not looked up on the day. DPU and MCU are estimates; nobody measured them here."]
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    if "--write" in sys.argv:
        (HERE / "results.md").write_text(report())
    else:
        print(report(), end="")
