using TrlSharp.Examples;
using TrlSharp.Rows;

namespace TrlSharp.Preparation;

/// <summary>What can be told about a data set without a model: how its rows read, how long they are, which cannot be used and why.</summary>
public sealed class DataSurvey
{
    private readonly SortedDictionary<RowFormat, long> _formats = [];
    private readonly SortedDictionary<string, Tally> _roles = new(StringComparer.Ordinal);
    private readonly List<double> _characters = [];
    private readonly List<double> _messages = [];
    private readonly List<RefusedRow> _refused = [];

    private DataSurvey(string name) => Name = name;

    /// <summary>The location, as the user gave it.</summary>
    public string Name { get; }

    /// <summary>Rows read.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows that a filter left out.</summary>
    public long Filtered { get; private set; }

    /// <summary>Rows that can be used, per format.</summary>
    public IReadOnlyDictionary<RowFormat, long> Formats => _formats;

    /// <summary>Messages per role, with the first row that has it.</summary>
    public IReadOnlyDictionary<string, Tally> Roles => _roles;

    /// <summary>Rows that cannot be used, in order.</summary>
    public IReadOnlyList<RefusedRow> Refused => _refused;

    /// <summary>UTF-16 units of text per example; null when there is none.</summary>
    public Histogram? Characters => Histogram.Of(_characters);

    /// <summary>Messages per chat; null when there is none.</summary>
    public Histogram? Messages => Histogram.Of(_messages);

    /// <summary>Reads a source from the first to the last row.</summary>
    /// <param name="source">What, and how.</param>
    /// <param name="stop">Ends it between two rows.</param>
    /// <exception cref="ConfigException">There is no such source.</exception>
    public static DataSurvey Of(SourceOptions source, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        var survey = new DataSurvey(source.Location);
        foreach (var row in SourceRow.ReadAll(source))
        {
            stop.ThrowIfCancellationRequested();
            survey.Rows++;
            if (row.Refused is { } refused) survey._refused.Add(refused);
            else if (row.Examples is { } examples) survey.Add(examples);
            else survey.Filtered++;
        }

        return survey;
    }

    private void Add(RowExamples row)
    {
        _formats[row.Format] = _formats.GetValueOrDefault(row.Format) + 1;
        foreach (var example in row.Examples) Add(example);
    }

    private void Add(Example example)
    {
        switch (example)
        {
            case ConversationExample chat:
                _messages.Add(chat.Messages.Count);
                _characters.Add(chat.Messages.Sum(m => Length(m.Find("content"))));
                foreach (var message in chat.Messages) Count(ChatMessage.RoleOf(message), chat.Origin);
                break;
            case TextExample text: _characters.Add(text.Text.Length); break;
            case SegmentsExample parts: _characters.Add(parts.Segments.Sum(s => s.Text.Length)); break;
            case PromptCompletionExample pair: _characters.Add(pair.Prompt.Length + pair.Completion.Length); break;
        }
    }

    private void Count(string role, RowOrigin origin) => _roles[role] = _roles.TryGetValue(role, out var known) ? known with { Count = known.Count + 1 } : new(1, origin.ToString());

    /// <summary>Of a string, or of the parts of a list.</summary>
    private static long Length(RowValue? content) => content switch
    {
        { Kind: RowValueKind.String } => content.Text.Length,
        { Kind: RowValueKind.List } => content.Items.Sum(part => part.Find("text") is { Kind: RowValueKind.String } text ? text.Text.Length : 0),
        _ => 0,
    };
}
