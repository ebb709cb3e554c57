using TrlSharp.Inspection;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Templates;
using TrlSharp.Tokenization;

namespace TrlSharp.Cli.Commands.Masks;

/// <summary>What a command of <c>mask</c> works with.</summary>
/// <param name="Builder">From rows to tokens and weights.</param>
/// <param name="Tokenizer">Of the model, or one token per byte.</param>
/// <param name="Template">Null when the model has none.</param>
/// <param name="Folder">The model folder, or null.</param>
/// <param name="Options">What the builder was made with.</param>
internal sealed record MaskSetup(SequenceBuilder Builder, Tokenizer Tokenizer, ChatTemplate? Template, string? Folder, SequenceOptions Options)
{
    /// <summary>Said once where there is no model.</summary>
    public void Announce(Terminal terminal)
    {
        if (Folder is null) terminal.Line("note: without --model_name_or_path tokens are single bytes; spans and proofs are the model's, numbers of tokens are not.");
    }

    /// <summary>What the masks of a data set were made of.</summary>
    public AuditHeader Header(IRowSource rows) => new()
    {
        Version = typeof(MaskAudit).Assembly.GetName().Version!.ToString(3),
        TemplateHash = Template is null ? "" : MaskAudit.Sha256(System.Text.Encoding.UTF8.GetBytes(Template.Source)),
        TokenizerHash = TokenizerHash(),
        DataHash = MaskAudit.Sha256(rows),
        Policy = Builder.Policy.ToRowValue(),
        Now = Options.Now,
    };

    private string TokenizerHash()
    {
        var file = Folder is null ? "" : Path.Combine(Folder, "tokenizer.json");
        return File.Exists(file) ? MaskAudit.Sha256(File.ReadAllBytes(file)) : "";
    }
}
