using TrlSharp.Rows;

namespace TrlSharp.Examples;

/// <summary>
/// Rows to examples. The format is decided for every row from its own columns, never from the first row; a row that fits none, or more than one, is
/// refused with its columns and the way out. Pure: one reader may serve any number of threads.
/// </summary>
public sealed class ExampleReader
{
    private const int ShownLength = 200;

    private readonly ExampleReaderOptions _options;
    private readonly MessageReader _messages;

    /// <exception cref="ConfigException">The options contradict themselves; the message lists every fault.</exception>
    public ExampleReader(ExampleReaderOptions? options = null)
    {
        _options = options ?? new();
        var problems = _options.Problems().ToList();
        if (problems.Count > 0) throw new ConfigException(string.Join(Environment.NewLine, problems));
        _messages = new(_options);
    }

    /// <summary>The examples of one row, and the format that was found.</summary>
    /// <exception cref="DataException">The row cannot be read; the message names it.</exception>
    public RowExamples Read(Row row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var columns = new RowColumns(row, _options.Mapping);
        foreach (var media in StandardColumns.Media)
            if (columns.Find(media) is not (null or { Kind: RowValueKind.List, Items.Count: 0 }))
                throw columns.Refuse($"the column \"{media}\" holds pictures or sound, which a text model cannot be trained on. Remove or ignore the column.");
        var reading = FormatDetection.Decide(columns, _options, other => Show(row, other));
        return new(reading.Format, Examples(columns, reading));
    }

    private IReadOnlyList<Example> Examples(RowColumns columns, FormatReading reading) => _options.Purpose switch
    {
        ExamplePurpose.Preference => Preferences(columns, reading),
        ExamplePurpose.Unpaired => Unpaired(columns, reading),
        ExamplePurpose.Prompt => [PromptRows.Read(columns, reading, _messages)],
        _ => Supervised(columns, reading),
    };

    /// <summary>The beginning of what a reading makes of a row, or why it makes nothing.</summary>
    private string Show(Row row, FormatReading reading)
    {
        string shown;
        try
        {
            var examples = Examples(new(row, _options.Mapping), reading);
            shown = examples.Count == 0 ? "no example" : ExampleJson.Write(examples[0]).ToString();
        }
        catch (DataException e)
        {
            shown = e.Message;
        }

        return shown.Length <= ShownLength ? shown : $"{shown.AsSpan(0, ShownLength)}…";
    }

    private IReadOnlyList<Example> Supervised(RowColumns columns, FormatReading reading) => reading.Format switch
    {
        RowFormat.Text => [new TextExample(columns.Origin) { Text = columns.TakeText("text"), Metadata = columns.Metadata() }],
        RowFormat.Messages => [ChatRows.Messages(columns, reading.Columns[0], _messages)],
        RowFormat.PromptCompletion => [ChatRows.PromptCompletion(columns, _messages)],
        RowFormat.Alpaca => [ChatRows.Conversation(columns, [.. AlpacaRows.Prompt(columns, _messages), AlpacaRows.Answer(columns, reading)])],
        RowFormat.QuestionAnswer => [ChatRows.QuestionAnswer(columns, reading)],
        RowFormat.RankedAnswers => [RankedRows.Best(columns)],
        RowFormat.Segments => [SegmentRows.Read(columns)],
        RowFormat.Preference => [PreferenceRows.Chosen(columns, reading, _messages)],
        _ => TokenizedRows.Read(columns),
    };

    private IReadOnlyList<Example> Preferences(RowColumns columns, FormatReading reading) => reading.Format == RowFormat.RankedAnswers
        ? RankedRows.Pairs(columns, _options.RankedPairs)
        : [PreferenceRows.Read(columns, reading, _messages)];

    private IReadOnlyList<Example> Unpaired(RowColumns columns, FormatReading reading) => reading.Format == RowFormat.Preference
        ? UnpairedRows.FromPair(PreferenceRows.Read(columns, reading, _messages))
        : [UnpairedRows.Read(columns, reading, _messages)];
}
