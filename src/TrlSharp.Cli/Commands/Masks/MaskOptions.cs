using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TrlSharp.Examples;
using TrlSharp.Inspection;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Templates;
using TrlSharp.Tokenization;

namespace TrlSharp.Cli.Commands.Masks;

/// <summary>The options that all commands of <c>mask</c> share: model, template, data, policy, limits. Spelt as in <c>sft</c>, in snake_case or kebab-case.</summary>
internal sealed class MaskOptions
{
    private readonly Option<string?> _model = OptionNames.Create<string?>("--model_name_or_path", "Model folder: its tokenizer, template and stops. Without one, a template is looked at with one token per byte.", ["--model", "-m"]);
    private readonly Option<string?> _template = OptionNames.Create<string?>("--chat_template_path", "A template file, a model (folder, or name in the hub's cache) whose template is taken, or a built-in template's name.", ["--chat_template", "--chat-template"]);
    private readonly Option<string?> _split = OptionNames.Create<string?>("--dataset_train_split", "Split of a folder with several.", ["--split"]);
    private readonly Option<string?> _configuration = OptionNames.Create<string?>("--dataset_config", "Configuration of a folder with several.");
    private readonly Option<string?> _date = OptionNames.Create<string?>("--template_date", "The date (2025-07-09) that templates are told when they ask for it.");
    private readonly Option<string?> _kwargs = OptionNames.Create<string?>("--chat_template_kwargs", "Template variables for all rows, a JSON object.");
    private readonly Option<int?> _maxLength = OptionNames.Create<int?>("--max_length", "Longest example in tokens. Default: no limit.");
    private readonly Option<OverflowRule> _overflow = new("--overflow") { Description = "What becomes of longer ones.", CustomParser = r => Choice<OverflowRule>(r), DefaultValueFactory = _ => OverflowRule.Drop };
    private readonly Option<bool> _chosen = OptionNames.Create<bool>("--train_on_chosen", "Read the chosen answers of preference rows, which are refused otherwise.");
    private readonly Option<int> _threads = new("--threads") { Description = "Threads; the result does not depend on them.", DefaultValueFactory = _ => Environment.ProcessorCount };
    private readonly List<(string Key, Option<string[]> Option)> _policy = [];

    public MaskOptions(Command command)
    {
        foreach (var option in (Option[])[_model, _template, _split, _configuration, _date, _kwargs, _maxLength, _overflow, _chosen, _threads]) command.Add(option);
        AddPolicy(command, "");
        foreach (var key in TrainPolicy.SettingNames) AddPolicy(command, key);
    }

    /// <summary>A value of an enumeration, written in snake_case or kebab-case.</summary>
    public static T Choice<T>(ArgumentResult result)
        where T : struct, Enum
    {
        var text = result.Tokens[0].Value;
        if (Enum.TryParse<T>(text.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var value) && Enum.IsDefined(value)) return value;
        var known = Enum.GetNames<T>().Select(Snake).ToArray();
        var nearest = NearestName.Find(text, known);
        result.AddError($"\"{text}\" is unknown{(nearest is null ? "" : $"; did you mean {nearest}?")} Known are {string.Join(", ", known)}.");
        return default;
    }

    /// <summary>The data set of a command.</summary>
    public static Argument<string> DataArgument() => new("data") { Description = "A file, a pattern, a folder, or - for JSON Lines on the standard input." };

    public static Option<string?> QuarantineOption(string condition = "") => new("--quarantine") { Description = $"{condition}Write the refused rows with their reasons to this file." };

    public int Threads(ParseResult parsed) => Math.Max(1, parsed.GetValue(_threads));

    public IRowSource Open(ParseResult parsed, string data) => RowSources.Open(data, parsed.GetValue(_split), parsed.GetValue(_configuration));

    /// <summary>As training reads rows.</summary>
    public ExampleReader Reader(ParseResult parsed) => new(new() { TrainOnChosen = parsed.GetValue(_chosen) });

    /// <summary>The policy that was asked for; the default one when none was.</summary>
    public TrainPolicy Policy(ParseResult parsed)
    {
        var given = _policy.Where(p => parsed.GetResult(p.Option) is { Implicit: false }).Select(p => (p.Key, string.Join(',', parsed.GetValue(p.Option) ?? []))).ToArray();
        return given.Length == 0 ? TrainPolicy.Assistant : TrainPolicy.Parse(given);
    }

    /// <summary>The names of the templates of a model where it has several; else one null, for its only one.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="template">Instead of the one of the command line; or null.</param>
    public IReadOnlyList<string?> TemplateNames(ParseResult parsed, string? template)
    {
        var folder = (template ?? parsed.GetValue(_template)) is { } given ? TemplateLocation.Folder(given)
            : parsed.GetValue(_model) is { } model ? HubCache.Model(model) : null;
        return Directory.Exists(folder) && ChatTemplate.LoadNames(folder) is { Count: > 1 } names ? [.. names] : [null];
    }

    public bool HasPolicy(ParseResult parsed) => _policy.Any(p => parsed.GetResult(p.Option) is { Implicit: false });

    /// <summary>Tokenizer, template and policy put together.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="policy">Instead of the one of the command line; or null.</param>
    /// <param name="template">Instead of the one of the command line; or null.</param>
    /// <param name="witnessEvery">See <see cref="SequenceOptions.WitnessEvery"/>.</param>
    /// <param name="date">The date for templates that ask for one where the command line names none; or null.</param>
    /// <param name="templateName">Which of several templates of a folder; null: <c>default</c>, or the only one.</param>
    public MaskSetup Setup(ParseResult parsed, TrainPolicy? policy = null, string? template = null, int witnessEvery = 1000, DateTime? date = null, string? templateName = null)
    {
        var folder = parsed.GetValue(_model) is { } model ? HubCache.Model(model) : null;
        var chatTemplate = Template(template ?? parsed.GetValue(_template), folder, templateName);
        if (folder is null && chatTemplate is null)
            throw new ConfigException("Name a model folder (--model_name_or_path), or a chat template (--chat_template_path: a file, or chatml, llama3, plain).");
        var tokenizer = folder is null ? TemplateTokenizer.For(chatTemplate!.Source) : Tokenizer.Load(folder);
        var options = new SequenceOptions
        {
            Now = Date(parsed.GetValue(_date)) ?? date,
            StopIds = folder is null ? [] : GenerationStops.Load(folder),
            TemplateKwargs = parsed.GetValue(_kwargs) is { } json ? Map(json) : null,
            MaxLength = parsed.GetValue(_maxLength),
            Overflow = parsed.GetValue(_overflow),
            WitnessEvery = witnessEvery,
        };
        return new MaskSetup(new SequenceBuilder(chatTemplate, tokenizer, policy ?? Policy(parsed), options), tokenizer, chatTemplate, folder, options);
    }

    /// <summary>The same, and says what is worth knowing before anything is shown.</summary>
    public MaskSetup Begin(Terminal terminal, ParseResult parsed, TrainPolicy? policy = null, string? template = null, int witnessEvery = 1000, DateTime? date = null, string? templateName = null)
    {
        var setup = Setup(parsed, policy, template, witnessEvery, date, templateName);
        setup.Announce(terminal);
        return setup;
    }

    private static ChatTemplate? Template(string? given, string? folder, string? name)
    {
        if (given is null) return folder is null ? null : FolderTemplate(folder, name);
        return TemplateLocation.Load(given, folder is null ? TemplateTokenizer.SpecialTokens : ChatTemplate.LoadSpecialTokens(folder), name);
    }

    /// <summary>Rows of plain text need no template; chats are refused by name where there is none.</summary>
    private static ChatTemplate? FolderTemplate(string folder, string? name)
    {
        try
        {
            return ChatTemplate.Load(folder, name);
        }
        catch (ModelFolderException e) when (e.Message.Contains("has no chat template", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private static DateTime? Date(string? text) => text is null ? null
        : DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date
        : throw new ConfigException($"template_date is {text}; wanted: a date such as 2025-07-09.");

    private static RowValue Map(string json)
    {
        try
        {
            return RowValue.Parse(json) is { Kind: RowValueKind.Map } map ? map : throw new ConfigException($"--chat_template_kwargs is {json}; wanted: a JSON object such as {{\"enable_thinking\": false}}.");
        }
        catch (DataException e)
        {
            throw new ConfigException($"--chat_template_kwargs: {e.Message}", e);
        }
    }

    private void AddPolicy(Command command, string key)
    {
        var option = OptionNames.Create<string[]>(key.Length == 0 ? "--train" : "--train." + key, key.Length == 0
            ? "Which tokens are trained: assistant (all turns, the default), last, last_turn, answers, … see docs/masks.md."
            : "Part of --train; see docs/masks.md.");
        (option.Arity, option.AllowMultipleArgumentsPerToken, option.HelpName) = (ArgumentArity.OneOrMore, true, "value");
        option.Hidden = key.Length > 0 && key is not ("turns" or "thinking" or "stop" or "tool_calls" or "history");
        command.Add(option);
        _policy.Add((key, option));
    }

    private static string Snake(string name) =>
        string.Concat(name.Select((c, i) => char.IsAsciiLetterUpper(c) ? (i == 0 ? "" : "_") + char.ToLowerInvariant(c) : c.ToString()));
}
