using TrlSharp.Sequences;

namespace TrlSharp.Inspection;

/// <summary>A row on the page of <see cref="MaskHtml"/>.</summary>
/// <param name="Name">For instance <c>chats.jsonl:3</c>.</param>
/// <param name="Examples">Its examples; none when it was refused.</param>
/// <param name="FaultCode">Why it was refused or left out, as a flag to filter by; empty when it was not.</param>
/// <param name="Fault">The whole reason, or empty.</param>
public sealed record MaskPageRow(string Name, IReadOnlyList<TokenExplanation> Examples, string FaultCode = "", string Fault = "");
