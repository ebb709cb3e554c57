using System.Text.RegularExpressions;
using TrlSharp.Templates;
using TrlSharp.Tokenization;
using TrlSharp.Tokenization.Training;

namespace TrlSharp.Inspection;

/// <summary>
/// A tokenizer for looking at a template without its model: one token per byte, and the control tokens that the template spells. Spans and proofs are
/// those of the model, since they are made on text; numbers of tokens are not.
/// </summary>
public static partial class TemplateTokenizer
{
    private const string Eos = "</s>";

    /// <summary>Words in brackets that templates write around reasoning and tools; models read them as ordinary added tokens, if at all.</summary>
    private static readonly string[] Ordinary = ["think", "thought", "tool", "reason", "function", "arg", "parameter", "response", "answer", "name", "observation", "result", "document", "available"];

    /// <summary>The tokenizer, with the template's own stop as its EOS where one stands behind an answer.</summary>
    public static Tokenizer For(string source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var control = ControlStrings(source);
        return Train(control, StopOf(source, control) ?? Eos);
    }

    /// <summary>The special tokens that a template reads by name, where no model says them.</summary>
    public static IReadOnlyDictionary<string, string> SpecialTokens { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["bos_token"] = "<s>",
        ["eos_token"] = Eos,
        ["pad_token"] = "<pad>",
        ["unk_token"] = "<unk>",
    };

    private static string[] ControlStrings(string source) =>
        [.. Control().Matches(source).Select(m => m.Value).Where(IsControl).Append("<s>").Append(Eos).Distinct(StringComparer.Ordinal)];

    private static bool IsControl(string text) =>
        text is "<s>" or Eos || text.Contains('|', StringComparison.Ordinal) || text.Contains('｜', StringComparison.Ordinal) || text[0] == '[' || !Ordinary.Any(o => text.Contains(o, StringComparison.Ordinal));

    /// <summary>The control string that the template writes behind an answer; null when it writes <c>eos_token</c> or nothing.</summary>
    private static string? StopOf(string source, string[] control)
    {
        try
        {
            var template = ChatTemplate.Parse(source, "chat_template", SpecialTokens);
            var after = new Sequences.Profiles.TemplateProbe(template.Render, source).Profile().AfterLastAnswer;
            return control.Where(c => after.Contains(c, StringComparison.Ordinal)).OrderBy(c => after.IndexOf(c, StringComparison.Ordinal)).ThenByDescending(c => c.Length).FirstOrDefault();
        }
        catch (TemplateException)
        {
            return null;
        }
    }

    private static Tokenizer Train(string[] control, string eos) => BytePairTrainer.Train([], new BytePairTrainingOptions
    {
        VocabularySize = 256 + control.Length,
        SpecialTokens = control,
        NamedTokens = new Dictionary<string, string>(StringComparer.Ordinal) { ["eos_token"] = eos },
    });

    [GeneratedRegex(@"<[^<>\s'""=(){}%,]{1,40}>|\[/?[A-Z][A-Z_]{1,30}\]|\[\|[^\]\[|\s'""]{1,40}\|\]", RegexOptions.CultureInvariant)]
    private static partial Regex Control();
}
