using System.CommandLine;
using TrlSharp.Examples;
using TrlSharp.Sft.Options;

namespace TrlSharp.Cli.Commands.Data;

/// <summary>What every command for data takes: where the rows are, and the settings that decide how they are read.</summary>
internal sealed class DataArguments
{
    private readonly Argument<string?> _path = new("data") { Description = "A file, a pattern, a folder, a name in the hub's cache, or - for the standard input.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<ExamplePurpose> _purpose = new("--purpose") { Description = "What the rows are for: sft (chats, texts), preference (pairs), unpaired (marked answers), prompt." };
    private readonly SftOptionSet _options;

    public DataArguments(Command command)
    {
        command.Add(_path);
        command.Add(_purpose);
        _options = new(command, SftOptionTable.Data);
    }

    /// <summary>The settings, with the argument as data set.</summary>
    /// <exception cref="ConfigException">They are wrong, or there is no data set.</exception>
    public SftSettings Read(ParseResult parsed)
    {
        var settings = _options.Read(parsed);
        if (parsed.GetValue(_path) is { } path) settings = settings with { Data = settings.Data with { Path = path } };
        var purpose = parsed.GetValue(_purpose);
        if (purpose != ExamplePurpose.Sft && settings.Model.Path is not null) throw new ConfigException("--purpose: with a model, rows are prepared for supervised training; leave --model_name_or_path out.");
        settings = settings with { Data = settings.Data with { Reader = settings.Data.Reader with { Purpose = purpose } } };
        return settings.Data.Path is not null || settings.Data.Mixture is not null ? settings : throw new ConfigException("Name the data: trlsharp data stats chats.jsonl");
    }
}
