namespace TrlSharp.Templates;

/// <summary>
/// Where characters came from. One instance is shared by all characters of one source string, so origins compare by reference on hot paths.
/// </summary>
/// <param name="Kind">Which of the other members are set.</param>
/// <param name="Message">0-based index of the message in the conversation given to the render, for <see cref="OriginKind.Data"/>; otherwise −1.</param>
/// <param name="Path">
/// For data, tools, documents and arguments: the path below the message or variable, <c>content</c>, <c>tool_calls[0].function.arguments.city</c>.
/// For built-ins their name (<c>bos_token</c>, <c>strftime_now</c>). Empty for literals.
/// </param>
/// <param name="Line">1-based line of the template for a literal; otherwise 0.</param>
/// <param name="Node">Number of the literal's node in the parsed template; two literals on one line differ here. Otherwise −1.</param>
public sealed record Origin(OriginKind Kind, int Message, string Path, int Line, int Node)
{
    /// <summary><c>messages[2].content</c>, <c>template line 14</c>, <c>bos_token</c>: the form used in messages and reports.</summary>
    public override string ToString() => Kind switch
    {
        OriginKind.Data => $"messages[{Message}].{Path}",
        OriginKind.Literal => $"template line {Line}",
        OriginKind.Tools => Path.Length == 0 ? "tools" : $"tools{Path}",
        OriginKind.Documents => Path.Length == 0 ? "documents" : $"documents{Path}",
        _ => Path,
    };
}
