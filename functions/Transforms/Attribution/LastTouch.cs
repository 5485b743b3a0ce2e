namespace Pipeline.Transforms.Attribution;

/// <summary>The kinds of a conversion's last touch.</summary>
internal enum TouchType
{
    /// <summary>No touch covers it.</summary>
    None,

    /// <summary>A view, and no click covers it.</summary>
    View,

    /// <summary>A click.</summary>
    Click,
}

/// <summary>What a conversion is attributed to.</summary>
/// <param name="Time">Microseconds since the epoch.</param>
/// <param name="Creative">A number that <see cref="LastTouches.CreativeOf"/> knows.</param>
/// <param name="Campaign">A number in <see cref="ConversionRows.Campaigns"/>, or <see cref="ConversionRows.NoCampaign"/>.</param>
internal readonly record struct LastTouch(TouchType Type, long Time, int Creative, int Campaign)
{
    /// <summary>Nothing.</summary>
    public static readonly LastTouch None = new(TouchType.None, 0, -1, ConversionRows.NoCampaign);
}
