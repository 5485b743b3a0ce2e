using Pipeline.Contracts;

namespace Pipeline.Tests.Unit.Contracts;

/// <summary>A valid contract, one thing changed: the fault that names it, and no other.</summary>
public sealed class ContractFaultTests
{
    public static TheoryData<string, string, string> Changes => new()
    {
        // YAML itself
        { "version: 3", "version: [3", "2:10: this is not YAML: what begins here does not end well" },
        { "codec: snappy", "codec: \"\\ud800\\ud800\"", "this is not YAML: what begins here does not end well" },
        { "version: 3", "\tversion: 3", "1:10: this is not YAML: While scanning a plain scalar, found a tab" },
        { "version: 3", "version: 3\nversion: 4", "3:1: 'version' is there twice in the contract" },
        { "from: share", "from: share, from: part", "'from' is there twice in column 'share'" },
        { "max_depth: 8 }", "max_depth: 8 }\n---\ndataset: other", "a second YAML document begins here" },
        { "version: 3", "version: &v 3", "'&v' is an anchor" },
        { "version: 3", "version: *v", "'*v' is an alias" },
        { "version: 3", "version: !!int 3", "is a tag" },
        { "codec: snappy", "codec: snappy, [a]: b", "a list stands where a key is expected" },

        // keys
        { "version: 3", "", "the contract has no 'version'; add version: 1" },
        { "dataset: orders", "", "the contract has no 'dataset'; add dataset: orders" },
        { "kind: kafka, ", "", "source has no 'kind'; add kind: kafka" },
        { ", format: json", "", "source has no 'format'; add format: json" },
        { "name: share, ", "", "column 6 has no 'name'" },
        { "type: float64, ", "", "column 'share' has no 'type'" },
        { "name: latest_orders, ", "", "table has no 'name'" },
        { "key: [id, day], ", "", "table has no 'key'" },
        { ", newer_by: ordered_at", "", "table has no 'newer_by'" },
        { "version: 3", "version: 3\nversoin: 4", "'versoin' is no key of the contract; write 'version'; the keys are" },
        { "max_depth", "max_deepness", "'max_deepness' is no key of limits; write one of max_record_bytes, max_depth" },
        { "from: share", "from: share, mask: hmac", "column 'share' has a mask and type float64; remove mask; only strings have one" },

        // quality
        { "version: 3", "version: 3\nquality: { max_delay: soon }",
            "'max_delay' of quality is 'soon'; write a number of minutes, hours or days, at most 60 days: 15m, 2h, 3d" },
        { "version: 3", "version: 3\nquality: { max_duplicate_ratio: 0.1 }", "'max_duplicate_ratio' of quality needs a dedupe, which finds duplicates" },
        { "version: 3", "version: 3\nquality: { max_delay: 61d }", "'max_delay' of quality is '61d'" },
        { "version: 3", "version: 3\nquality: { volume: { deviation: 1 } }",
            "'deviation' of 'volume' of quality is '1'; write a number between 0 and 1" },
        { "version: 3", "version: 3\nquality: { volume: { of: [id] } }", "'id' has type string, which has no sum" },
        { "version: 3", "version: 3\nquality: { volume: { of: [share, count, share] } }",
            "'of' of 'volume' of quality names 'share' twice; name it once" },
        { "lake: {", "  - { name: records, type: int64, from: n }\nquality: { volume: { of: [records] } }\nlake: {",
            "'of' of 'volume' of quality names 'records', as alerts name the count itself, which is always judged; give the column another name" },
        { "version: 3", "version: 3\nquality: { volumes: {} }", "'volumes' is no key of quality; write 'volume'" },
        { "version: 3", "version: 3\nquality: { columns: { share: 1 } }",
            "'columns' of quality is a mapping, not a list; write a list of { column" },
        { "version: 3", "version: 3\nquality: { columns: [{ column: share }] }", "item 1 of 'columns' of quality bounds nothing" },
        { "version: 3", "version: 3\nquality: { columns: [{ column: share, min: 2, max: 1 }] }",
            "'max' of item 1 of 'columns' of quality is less than its 'min'" },
        { "version: 3", "version: 3\nquality: { columns: [{ column: shares, min: 2 }] }",
            "'column' of item 1 of 'columns' of quality names 'shares', which is no column of this contract; write 'share'" },
        { "version: 3", "version: 3\nquality: { columns: [{ column: id, max: 2 }] }", "'id' has type string, which has no sum" },
        { "version: 3", "version: 3\nquality: { columns: [{ column: share, max_null_ratio: 2 }] }",
            "'max_null_ratio' of item 1 of 'columns' of quality is '2'; write a number from 0 to 1" },
        { "version: 3", "version: 3\nquality: { ratios: [{ name: part, of: share, to: amount }] }",
            "'ratios' of quality compares days of slices, and records have none; remove it" },
        { "version: 3", "version: 3\nquality: { agreements: [] }",
            "'agreements' of quality compares streams of slices, and the table has no slices; remove it" },

        // kinds of nodes
        { "lake: { partition_by: [day], sort_by: [ordered_at], codec: snappy }", "lake: zstd", "lake is a text, not a mapping" },
        { "limits: { max_record_bytes: 2048, max_depth: 8 }", "limits:", "'limits' of the contract is empty" },
        { "partition_by: [day]", "partition_by: day", "'partition_by' of lake is a text, not a list; write [day]" },
        { "partition_by: [day]", "partition_by: [[day]]", "an item of 'partition_by' of lake is a list, not a text" },
        { "from: share", "from: {}", "'from' of column 'share' is an empty mapping; write a value for a source" },
        { "from: share", "from: []", "'from' of column 'share' is an empty list" },
        { "topic: shop.orders", "topic: [a]", "'topic' of source is a list, not a text" },
        { "key: [id, day]", "key: []", "'key' of table is an empty list" },
        { "  - { name: raw,", "  - raw\n  - { name: raw,", "column 5 is a text, not a mapping" },
        { "version: 3", "version: '3'", "'version' of the contract is '3'; write a whole number from 1 to 2147483647, without quotes" },
        { "version: 3", "version: 1.5", "'version' of the contract is '1.5'" },
        { "version: 3", "version: 0", "'version' of the contract is '0'" },
        { "from: share", "from: share, required: yes", "'required' of column 'share' is 'yes'; write true or false" },

        // names
        { "dataset: orders", "dataset: Orders", "'Orders' cannot be the name of a dataset; write lower-case words" },
        { "dataset: orders", "dataset: order",
            "dataset 'order' is in a file of another name; rename the file to order.yaml or write orders" },
        { "name: latest_orders", "name: public.orders", "'public.orders' cannot be the name of a table" },
        { "name: latest_orders", "name: o23456789_123456789_123456789_123456789_123456789_123456789_1234",
            "cannot be the name of a table" },
        { "name: share", "name: größe", "'größe' cannot be the name of a column" },
        { "name: share", "name: _position", "'_position' cannot be the name of a column" },
        { "name: share", "name: raw", "column 'raw' is there twice, first in line 9" },
        { "name: share", "name: RAW", "column 'RAW' differs only in case from 'raw' in line 9" },
        { "name: share", "name: xmin", "'xmin' is a system column of every PostgreSQL table" },
        { "topic: shop.orders", "topic: shop/orders", "'shop/orders' cannot be the name of a Kafka topic" },

        // types
        { "type: float64", "type: flaot64", "column 'share' has type 'flaot64'; write 'float64'; the types are" },
        { "type: float64", "type: datetime2", "column 'share' has type 'datetime2'; write one of string, int64, float64" },
        { "decimal(18, 4)", "decimal(39, 4)", "column 'amount' has type 'decimal(39, 4)', which is out of bounds" },
        { "decimal(18, 4)", "decimal(4, 5)", "column 'amount' has type 'decimal(4, 5)', which is out of bounds" },
        { "decimal(18, 4)", "decimal(0, 0)", "column 'amount' has type 'decimal(0, 0)', which is out of bounds" },
        { "decimal(18, 4)", "decimal", "in quotes: \"decimal(18,4)\"" },
        { "decimal(18, 4)", "decmal(18,4)", "the types are string, int64, float64, decimal(p,s)" },
        { "from: share", "from: share, max_length: 5", "column 'share' has a max_length and type float64" },
        { "max_length: 36", "max_length: 0", "'max_length' of column 'id' is '0'" },

        // from and derive
        { "from: share }", "from: share, derive: date(ordered_at) }", "column 'share' has both 'from' and 'derive'" },
        { "type: float64, from: share", "type: float64", "column 'share' has neither 'from' nor 'derive'" },
        { "from: share", "from: a..b", "'from' of column 'share' is 'a..b', which is no path" },
        { "from: share", "from: .a", "'from' of column 'share' is '.a', which is no path" },
        { "from: share", "from: ''", "'from' of column 'share' is '', which is no path" },
        { "from: share", "from: [share, order.id]", "column 'share' reads 'order.id', which line 7 reads already" },
        { "from: share", "from: amount.share", "column 'share' reads 'amount.share', but line 8 reads its parent as a value" },
        { "date(ordered_at)", "hour(ordered_at)",
            "'derive' of column 'day' is 'hour(ordered_at)'; write one of date(column), local_date(column), fx_rate(currency, day)" },
        { "date(ordered_at)", "date(orderd_at)",
            "'derive' of column 'day' names 'orderd_at', which is no column of this contract; write 'ordered_at'" },
        { "date(ordered_at)", "date(amount)", "column 'day' is made from 'amount', which has type decimal(18,4); name a timestamp column" },
        { "date(ordered_at)", "date(day)", "column 'day' is made from 'day', which is derived itself" },
        { "type: date,", "type: string,", "column 'day' is made by date(…) and has type string; write type: date" },

        // lake
        { "partition_by: [day]", "partition_by: [days]",
            "'partition_by' of lake names 'days', which is no column of this contract; write 'day'" },
        { "partition_by: [day]", "partition_by: [day, day]", "'partition_by' of lake names 'day' twice" },
        { "partition_by: [day]", "partition_by: [share]", "'share' has type float64, which makes no folder names" },
        { "partition_by: [day]", "partition_by: [raw]", "'raw' has type json, which makes no folder names" },
        { "partition_by: [day]", "partition_by: [amount]", "'amount' has type decimal(18,4), which makes no folder names" },
        { "sort_by: [ordered_at]", "sort_by: [raw]", "'raw' has type json, which has no order" },
        { "sort_by: [ordered_at]", "sort_by: [day]", "'day' is in partition_by, so that a file holds one value of it" },
        { "sort_by: [ordered_at]", "sort_by: [orderedat]",
            "'sort_by' of lake names 'orderedat', which is no column of this contract; write 'ordered_at'" },
        { "codec: snappy", "codec: snappy, bloom: [ids]", "'bloom' of lake names 'ids', which is no column of this contract; write 'id'" },
        { "codec: snappy", "codec: snappy, bloom: [id, id]", "'bloom' of lake names 'id' twice" },
        { "codec: snappy", "codec: snappy, bloom: id", "'bloom' of lake is a text, not a list; write [id]" },
        { "codec: snappy", "codec: snappy, bloom: [raw]",
            "'raw' has type json, of which nobody looks up one value; name a string, int64, decimal, timestamp or date column" },
        { "codec: snappy", "codec: snappy, bloom: [share]", "'share' has type float64, of which nobody looks up one value" },
        { "codec: snappy", "codec: snappy, bloom: [day]",
            "'day' is in partition_by, so that a file holds one value of it; remove it from bloom" },
        { "codec: snappy", "codec: brotli", "'codec' of lake is 'brotli', which is no codec; write one of zstd, snappy, gzip, none" },

        // table
        { "key: [id, day]", "key: [ID]", "'key' of table names 'ID', which is no column of this contract; write 'id'" },
        { "key: [id, day]", "key: [count]",
            "'count' is in the table's key and a row could be without it; write required: true at column 'count'" },
        { "key: [id, day]", "key: [id, id]", "'key' of table names 'id' twice" },
        { "newer_by: ordered_at", "newer_by: count", "'count' decides which row is newer and a row could be without it" },
        { "newer_by: ordered_at", "newer_by: id", "'id' has type string, which has no order in time or number" },
        { "newer_by: ordered_at", "newer_by: ordered", "'newer_by' of table names 'ordered', which is no column of this contract" },
        { "newer_by: ordered_at", "newer_by: ordered_at, mode: append",
            "'mode' of table is 'append', which this version does not support; write one of upsert, replace_slice" },

        // source and limits
        { "kind: kafka", "kind: bigqery", "'kind' of source is 'bigqery', which is no source kind; write 'bigquery'" },
        { "kind: kafka, topic: shop.orders", "kind: sqs", "source has no 'queue'; add queue: and the queue's name" },
        { "kind: kafka, topic: shop.orders", "kind: files, folder: /orders", "'/orders' cannot be a folder of the drop store" },
        { "format: json", "format: csv", "source is CSV without a header line; add csv: { fields: [the names of its fields in order] }" },
        { "format: json", "format: csv, csv: { fields: [time, id, amount, extra, share, items.count, id] }", "'fields' of 'csv' of source names 'id' twice" },
        { "format: json", "format: csv, csv: { fields: [time, id, amount, extra, share, items.count], delimiter: '\"' }", "'delimiter' of 'csv' of source is '\"'; write one ASCII character" },
        { "format: json", "format: csv, csv: { fields: [time, order.id, amount, extra, share] }",
            "column 'count' reads 'items.count', which csv of the source does not name; name it in csv: { fields: […] }" },
        { "format: json", "format: json, csv: { fields: [id] }", "source has 'csv' and format json; remove csv" },
        { "kind: kafka", "kind: kafak", "'kind' of source is 'kafak', which is no source kind" },
        { "format: json", "format: avor", "'format' of source is 'avor', which is no format; write 'avro'" },
        { "Europe/Berlin", "Europe/Berlim", "'Europe/Berlim' is no time zone that this machine knows; write an IANA name" },
        { "Europe/Berlin", "W. Europe Standard Time", "'W. Europe Standard Time' is no time zone" },
        { "Europe/Berlin", "right/UTC", "'right/UTC' is no time zone" },
        { "Europe/Berlin", "../etc/passwd", "'../etc/passwd' is no time zone" },
        { "max_record_bytes: 2048", "max_record_bytes: 1023",
            "'max_record_bytes' of limits is '1023'; write a whole number from 1024 to 67108864" },
        { "max_depth: 8", "max_depth: 513", "'max_depth' of limits is '513'; write a whole number from 1 to 512" },
    };

    [Theory, MemberData(nameof(Changes))]
    public void One_change_gives_one_fault(string old, string changed, string fault)
    {
        var only = Assert.Single(Given.FaultsOf(Given.With(old, changed)));
        Assert.StartsWith("orders.yaml:", only);
        Assert.Contains(fault, only);
    }

    [Fact]
    public void Endless_nesting_is_cut_off() => Assert.Contains(
        Given.FaultsOf(Given.With("codec: snappy", $"codec: {new string('[', 5000)}{new string(']', 5000)}")),
        fault => fault.Contains("this is nested too deeply for a contract; remove it"));

    [Fact]
    public void A_decimal_that_YAML_cuts_at_its_comma_is_told_to_use_quotes() =>
        Assert.Contains(
            "orders.yaml:8:27: column 'amount' has type 'decimal(18'; "
                + "write the digits in all and those after the point, in quotes: \"decimal(18,4)\"",
            Given.FaultsOf(Given.With("\"decimal(18, 4)\"", "decimal(18,4)")));

    [Fact]
    public void A_timestamp_cannot_name_folders_and_the_remedy_is_its_day() =>
        Assert.Contains(Given.FaultsOf(Given.With("partition_by: [day]", "partition_by: [ordered_at]")), fault =>
            fault.Contains("'ordered_at' has type timestamp, which makes no folder names") && fault.Contains("derive: date(…)"));

    [Fact]
    public void Columns_that_are_all_folders_leave_nothing_for_the_files()
    {
        const string Text =
            """
            dataset: orders
            version: 1
            source: { kind: kafka, topic: orders, format: json }
            columns: [{ name: id, type: string, from: id }]
            lake: { partition_by: [id] }
            """;
        Assert.Contains("every column is in partition_by", Assert.Single(Given.FaultsOf(Text)));
    }

    [Fact]
    public void A_column_made_from_an_optional_one_cannot_be_a_key()
    {
        var faults = Given.FaultsOf(Given.With("from: time, required: true", "from: time"));
        Assert.Contains(faults, fault => fault.Contains("'day' is in the table's key")
            && fault.EndsWith("write required: true at column 'ordered_at'"));
    }

    [Fact]
    public void A_column_made_from_an_optional_one_cannot_be_required()
    {
        var text = Given.With("from: time, required: true", "from: time").Replace("date(ordered_at)", "date(ordered_at), required: true");
        Assert.Contains(
            "orders.yaml:6:66: column 'day' is required, but is made from 'ordered_at', which is not; "
                + "write required: true at column 'ordered_at'",
            Given.FaultsOf(text));
    }

    [Fact]
    public void A_json_column_may_keep_an_object_whose_fields_other_columns_read() =>
        Given.Valid(Given.With("from: share", "from: extra.share"));

    [Theory]
    [InlineData("", "orders.yaml: the file is empty")]
    [InlineData("# only a comment\n", "orders.yaml: the file is empty")]
    [InlineData("---\n", "the contract is empty, not a mapping")]
    [InlineData("orders", "the contract is a text, not a mapping")]
    [InlineData("- orders", "the contract is a list, not a mapping")]
    public void A_document_that_is_no_mapping_is_one_fault(string text, string fault) =>
        Assert.Contains(fault, Assert.Single(Given.FaultsOf(text)));

    [Fact]
    public void A_text_with_control_characters_is_quoted_on_one_line()
    {
        var fault = Assert.Single(ContractReader.Read(Given.With("codec: snappy", "codec: \"a\\u0007\\n\""), "orders.yaml").Faults);
        Assert.Contains(@"'a\u0007\u000a'", fault.Message);
    }
}
