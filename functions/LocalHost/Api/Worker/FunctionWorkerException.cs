namespace Microsoft.Azure.Functions.Worker;

/// <summary>The worker could not run a function as declared.</summary>
public class FunctionWorkerException : Exception
{
    /// <param name="message">What is wrong.</param>
    public FunctionWorkerException(string? message) : base(message) { }

    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">Why.</param>
    public FunctionWorkerException(string? message, Exception? innerException) : base(message, innerException) { }
}

/// <summary>A parameter could not be given its value.</summary>
public class FunctionInputConverterException : FunctionWorkerException
{
    /// <param name="message">Which parameter.</param>
    public FunctionInputConverterException(string? message) : base(message) { }

    /// <param name="message">Which parameter.</param>
    /// <param name="innerException">Why.</param>
    public FunctionInputConverterException(string? message, Exception? innerException) : base(message, innerException) { }
}
