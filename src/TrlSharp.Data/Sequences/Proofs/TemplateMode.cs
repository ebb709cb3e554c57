using TrlSharp.Rows;

namespace TrlSharp.Sequences.Proofs;

/// <summary>One set of template variables (<c>enable_thinking</c> …) that conversations are tried with.</summary>
/// <param name="Variables">A map.</param>
internal sealed record TemplateMode(RowValue Variables)
{
    private string? _note;

    /// <summary>For the account of a row that was prepared with them.</summary>
    public string Note => _note ??= $"template variables {Variables}.";
}
