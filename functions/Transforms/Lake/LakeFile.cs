using Pipeline.Domain.Ports;
using Pipeline.Domain.Publications;
using Pipeline.Parquet;
using Pipeline.Parquet.Columns;

namespace Pipeline.Transforms.Lake;

/// <summary>One Parquet object in the making: rows that wait for their row group, and an upload once the first was written.</summary>
internal sealed class LakeFile(string key, DateOnly? day, LakeSchema schema, LakeEncoder encoder, bool isWanted) : IAsyncDisposable
{
    private Column[]? columns;
    private IObjectUpload? upload;
    private ParquetWriter? writer;

    /// <summary>What encodes its rows, one file at a time.</summary>
    public LakeEncoder Encoder => encoder;

    /// <summary>Bytes of the rows that wait.</summary>
    public long WaitingBytes { get; private set; }

    /// <summary>False when only another file of the publication is being made again; such a file takes no rows.</summary>
    public bool IsWanted => isWanted;

    /// <summary>Takes rows of a batch.</summary>
    public void Append(RecordBatch batch, ReadOnlySpan<int> rows)
    {
        columns ??= [.. schema.Columns.Select(index => batch.Columns[index].EmptyLike())];
        WaitingBytes = 0;
        for (var i = 0; i < columns.Length; i++)
        {
            var source = batch.Columns[schema.Columns[i]];
            if (!columns[i].IsLike(source)) columns[i] = ((TextColumn)columns[i]).ToPlain();
            columns[i].AppendRows(source, rows);
            WaitingBytes += columns[i].ValueBytes;
        }
    }

    /// <summary>Writes the rows that wait as one row group and gives their memory back.</summary>
    public async ValueTask WriteRowGroupAsync(IObjectStore lake, CancellationToken stopping)
    {
        if (columns is null) return;
        upload ??= await lake.BeginUploadAsync(key, stopping);
        writer ??= encoder.NewWriter();
        await upload.WriteAsync(encoder.Encode(writer, columns), stopping);
        (columns, WaitingBytes) = (null, 0);
    }

    /// <summary>Writes what is left; the object is durable and invisible then.</summary>
    public async ValueTask<PublishedObject> FinishAsync(IObjectStore lake, CancellationToken stopping)
    {
        await WriteRowGroupAsync(lake, stopping);
        if (upload is null || writer is null)
            throw new InvalidOperationException($"'{key}' has no rows; a file is opened by its first row.");
        await upload.WriteAsync(encoder.End(writer), stopping);
        return new(await upload.FinishAsync(stopping), ObjectRole.Data, day, writer.Rows);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => upload?.DisposeAsync() ?? ValueTask.CompletedTask;
}
