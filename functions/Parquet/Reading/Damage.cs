namespace Pipeline.Parquet.Reading;

/// <summary>What is wrong with a file; the callers in between add where.</summary>
internal static class Damage
{
    /// <param name="sentence">Begins with a small letter: the place stands before it.</param>
    public static InvalidDataException Is(string sentence) => new(sentence);

    /// <summary>Says where.</summary>
    public static InvalidDataException At(string place, InvalidDataException error) => new($"{place}: {error.Message}", error);
}
