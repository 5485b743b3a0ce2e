using Pipeline.Domain.Ports;

namespace Pipeline.Transforms.Quality;

/// <summary>What a rule says of one subject. Where a rule cannot say anything (too few rows, too little history) there is none.</summary>
/// <param name="Finding">Null when the rule holds.</param>
public sealed record Judgement(string Code, string Subject, Alert? Finding);
