using System.Text.Json;

namespace Microsoft.DurableTask
{
    /// <summary>Turns inputs, outputs and payloads into text and back.</summary>
    /// <remarks>Part of the Durable Task API: https://learn.microsoft.com/dotnet/api/microsoft.durabletask.dataconverter</remarks>
    public abstract class DataConverter
    {
        /// <summary>The text of a value; null for null.</summary>
        public abstract string? Serialize(object? value);

        /// <summary>The value of a text; null for null.</summary>
        public abstract object? Deserialize(string? data, Type targetType);

        /// <summary>The value of a text; the type's default for null.</summary>
        public virtual T? Deserialize<T>(string? data) => (T?)(Deserialize(data, typeof(T)) ?? default(T));
    }
}

namespace Microsoft.DurableTask.Converters
{
    /// <summary>JSON by System.Text.Json.</summary>
    /// <remarks>Part of the Durable Task API:
    /// https://learn.microsoft.com/dotnet/api/microsoft.durabletask.converters.jsondataconverter</remarks>
    public class JsonDataConverter : DataConverter
    {
        private readonly JsonSerializerOptions? options;

        /// <summary>With serializer options; null are the standalone SDK's, which include fields.</summary>
        public JsonDataConverter(JsonSerializerOptions? options = null) => this.options = options ?? Default.options;

        /// <summary>The converter of the standalone SDK.</summary>
        public static JsonDataConverter Default { get; } = new(new JsonSerializerOptions { IncludeFields = true });

        /// <inheritdoc/>
        public override string? Serialize(object? value) =>
            value is null ? null : JsonSerializer.Serialize(value, value.GetType(), options);

        /// <inheritdoc/>
        public override object? Deserialize(string? data, Type targetType) =>
            data is null ? null : JsonSerializer.Deserialize(data, targetType, options);
    }
}
