using System.Text.Json.Nodes;
using TrlSharp.Examples;
using TrlSharp.Packing;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Sft.Options;
using TrlSharp.Templates;
using TrlSharp.Tokenization;

namespace TrlSharp.Sft;

/// <summary>The first six arrows: from a data set to packed rows, with an account of where everything went.</summary>
public sealed class SftData
{
    private SftData(IReadOnlyList<PackedRow> rows, SftAccount account, SequenceBuilder builder, ChatTemplate? template, ConversationExample? firstChat) =>
        (Rows, Account, Builder, Template, FirstChat) = (rows, account, builder, template, firstChat);

    /// <summary>What batches are made of.</summary>
    public IReadOnlyList<PackedRow> Rows { get; }

    /// <summary>Where every row and token went.</summary>
    public SftAccount Account { get; }

    /// <summary>What made the sequences; it also explains them.</summary>
    public SequenceBuilder Builder { get; }

    /// <summary>The chat template; null when the data need none and the model has none.</summary>
    public ChatTemplate? Template { get; }

    /// <summary>The first chat of the data, to be shown; null when there is none.</summary>
    public ConversationExample? FirstChat { get; }

    /// <summary>Reads, renders, tokenises, weights and packs the training split.</summary>
    /// <exception cref="ConfigException">Paths or settings are wrong.</exception>
    /// <exception cref="DataException">A row cannot be trained; the message names it.</exception>
    /// <exception cref="ModelFolderException">Tokenizer or template are missing or damaged.</exception>
    public static SftData Prepare(SftSettings settings, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var data = settings.Data;
        var folder = settings.Model.Path!;
        var tokenizer = Tokenizer.Load(folder);
        var account = new SftAccount();
        var sequences = new List<TokenSequence>();
        ConversationExample? firstChat = null;
        SequenceBuilder? builder = null;
        ChatTemplate? template = null;
        var reader = new ExampleReader();
        foreach (var row in RowSources.Open(data.Path!, data.TrainSplit, data.Configuration).Read())
        {
            stop.ThrowIfCancellationRequested();
            foreach (var example in reader.Read(row).Examples)
            {
                var chat = example as ConversationExample;
                template ??= FindTemplate(settings, folder, needed: chat is not null);
                builder ??= CreateBuilder(settings, folder, tokenizer, template);
                if (chat is not null && firstChat is null) firstChat = chat;
                var result = builder.Build(example);
                account.Add(row.Origin.ToString(), result);
                sequences.AddRange(result.Sequences);
            }
        }

        if (account.Rows == 0) throw new DataException($"{data.Path} holds no rows.");
        if (sequences.Count == 0) throw new DataException($"{data.Path}: none of the {account.Rows} rows can be trained on: {string.Join("; ", account.Dropped.Select(d => $"{d.Value.Count} × {d.Key} (first: {d.Value.Example})"))}.");
        var rows = Pack(sequences, data);
        account.PackedRows = rows.Count;
        return new(rows, account, builder!, template, firstChat);
    }

    private static SequenceBuilder CreateBuilder(SftSettings settings, string folder, Tokenizer tokenizer, ChatTemplate? template)
    {
        var data = settings.Data;
        var options = new SequenceOptions
        {
            Now = data.TemplateDate,
            StopIds = StopIds(folder),
            EosToken = settings.Model.EosToken,
            MaxLength = data.Packing && data.PackingStrategy != "bfd" ? null : data.MaxLength,
            Overflow = data.Overflow ?? (settings.Given.Contains("truncation_mode") ? (data.TruncationMode == "keep_end" ? OverflowRule.TokenLeft : OverflowRule.TokenRight) : OverflowRule.Drop),
        };
        return new(template, tokenizer, Policy(settings), options);
    }

    /// <summary>The policy, or what TRL's switches mean when one of them was given.</summary>
    private static TrainPolicy Policy(SftSettings settings)
    {
        var data = settings.Data;
        if (data.Policy is { } policy) return policy;
        return settings.Given.Contains("completion_only_loss") ? TrainPolicy.Assistant with { CompletionOnly = data.CompletionOnly ?? true } : TrainPolicy.Assistant;
    }

    private static ChatTemplate? FindTemplate(SftSettings settings, string folder, bool needed)
    {
        var given = settings.Model.ChatTemplate;
        if (given is not null)
        {
            if (BuiltInTemplates.Find(given) is { } builtIn) return ChatTemplate.Parse(builtIn, given, ChatTemplate.LoadSpecialTokens(folder));
            if (File.Exists(given)) return ChatTemplate.Parse(File.ReadAllText(given), given, ChatTemplate.LoadSpecialTokens(folder));
            if (Directory.Exists(given)) return ChatTemplate.Load(given);
            throw new ConfigException($"chat_template_path: {given} is no file, no model folder and no built-in template ({string.Join(", ", BuiltInTemplates.Names)}).");
        }

        try
        {
            return ChatTemplate.Load(folder);
        }
        catch (ModelFolderException) when (!needed)
        {
            return null;
        }
    }

    /// <summary><c>eos_token_id</c> of generation_config.json: one id or a list.</summary>
    internal static IReadOnlyList<int> StopIds(string folder)
    {
        var path = Path.Combine(folder, "generation_config.json");
        if (!File.Exists(path)) return [];
        try
        {
            return JsonNode.Parse(File.ReadAllText(path))?["eos_token_id"] switch
            {
                JsonArray list => [.. list.Select(id => (int)id!)],
                JsonValue one => [(int)one],
                _ => [],
            };
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or InvalidOperationException or FormatException)
        {
            throw new ModelFolderException($"{path} is damaged: {e.Message}", e);
        }
    }

    private static IReadOnlyList<PackedRow> Pack(List<TokenSequence> sequences, SftDataSettings data)
    {
        if (!data.Packing) return [.. sequences.Select(s => new PackedRow([s]))];
        var strategy = data.PackingStrategy switch { "bfd_split" => PackingStrategy.BfdSplit, "wrapped" => PackingStrategy.Wrapped, _ => PackingStrategy.BestFit };
        var length = data.MaxLength ?? throw new ConfigException("packing needs max_length: the size of a packed row.");
        return [.. new SequencePacker(new PackingOptions { RowLength = length, Strategy = strategy }).Pack(sequences)];
    }
}
