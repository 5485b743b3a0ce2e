namespace Pipeline.Contracts;

/// <summary>One thing that is wrong with a contract: where, what, and what to write instead.</summary>
/// <param name="File">Name of the file; of the folder, when the fault is of the folder as a whole.</param>
/// <param name="Line">Counts from 1; 0 when the fault is of the file or folder as a whole.</param>
/// <param name="Column">Character in the line, counts from 1; 0 with a <paramref name="Line"/> of 0.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Remedy">What to write or do instead.</param>
public sealed record ContractFault(string File, int Line, int Column, string Message, string Remedy)
{
    /// <summary><c>user_actions.yaml:7:5: column 'x' has type 'strng'; write 'string'</c>: a form that editors link.</summary>
    public override string ToString() => Line == 0 ? $"{File}: {Message}; {Remedy}" : $"{File}:{Line}:{Column}: {Message}; {Remedy}";
}
