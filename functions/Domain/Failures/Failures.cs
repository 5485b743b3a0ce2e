namespace Pipeline.Domain.Failures;

/// <summary>The attempt failed, the same attempt later can succeed: a lost connection, a deadlock, a 503. Retried with backoff.</summary>
public sealed class TransientException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Trying again cannot help; a person must act. The message says what, where and what to do.</summary>
public sealed class TerminalException(string message, Exception? inner = null) : Exception(message, inner);
