using TrlSharp.Rows;

namespace TrlSharp.Conversations;

/// <summary>A row whose mask cannot be proved. The message begins with the row and the code of the fault.</summary>
/// <param name="fault">What is wrong.</param>
/// <param name="origin">The row.</param>
/// <param name="text">What, where, the value, the limit and the way out.</param>
/// <param name="inner">The cause, if another exception was.</param>
public sealed class MaskException(MaskFault fault, RowOrigin origin, string text, Exception? inner = null)
    : DataException($"{origin}: {fault.Code()}: {text}", inner)
{
    /// <summary>What is wrong.</summary>
    public MaskFault Fault { get; } = fault;

    /// <summary>The row.</summary>
    public RowOrigin Origin { get; } = origin;
}
