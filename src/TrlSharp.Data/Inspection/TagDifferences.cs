using System.Globalization;
using TrlSharp.Conversations;
using TrlSharp.Examples;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;

namespace TrlSharp.Inspection;

/// <summary>
/// Where the generation tags of a template differ from what a model samples, each difference once with the conversations that show it. Where a conversation
/// cannot be proved, the tags are held against its turns as the template writes them.
/// </summary>
/// <param name="builder">With the template in question.</param>
internal sealed class TagDifferences(SequenceBuilder builder)
{
    private static readonly Dictionary<MaskFault, Severity> Told = new()
    {
        [MaskFault.TagsDiffer] = Severity.Warning, [MaskFault.FieldDropped] = Severity.Warning, [MaskFault.FieldPartlyRendered] = Severity.Warning,
    };

    private readonly Dictionary<string, List<string>> _places = new(StringComparer.Ordinal);
    private readonly SequenceBuilder _proved = builder.With(builder.Policy with { On = Told });
    private readonly SequenceBuilder _rendered = builder.With(builder.Policy with { On = Told, History = HistoryMode.AsRendered });

    public void Add(string name, ConversationExample chat)
    {
        foreach (var by in (SequenceBuilder[])[_proved, _rendered])
        {
            try
            {
                foreach (var finding in by.Explain(chat).SelectMany(e => e.Example.Findings))
                    if (finding.Fault is MaskFault.TagsDiffer or MaskFault.TagsDifferInFraming) Add(Difference(finding.Text), string.Create(CultureInfo.InvariantCulture, $"message {finding.Message} of \"{name}\""));
                return;
            }
            catch (MaskException)
            {
                // Told by the card already; the next builder asks for less.
            }
        }
    }

    public IEnumerable<string> Lines() =>
        _places.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Key} ({p.Value[0]}{(p.Value.Count == 1 ? "" : $" and {p.Value.Count - 1} more")})"));

    private void Add(string difference, string place)
    {
        if (!_places.TryGetValue(difference, out var places)) _places[difference] = places = [];
        places.Add(place);
    }

    /// <summary><c>message 1 (assistant): the generation tags differ: …. Ours are …</c> without what changes from message to message.</summary>
    private static string Difference(string text)
    {
        var from = text.IndexOf("): ", StringComparison.Ordinal) + 3;
        var to = text.IndexOf(". Ours are", StringComparison.Ordinal);
        return text[from..(to < 0 ? text.Length : to)];
    }
}
